-- What `active` says of a job: its fence (text), stream, entry, flag (`c` once its cancel is asked for) and consumer.
local function read_holding(value)
  if not value then
    return nil
  end
  local fence, stream, entry, flag, consumer = string.match(value, '^(%d+) (%a+) (%S+) (%S) (.+)$')
  return { fence = fence, stream = stream, entry = entry, flagged = flag == 'c', consumer = consumer }
end
