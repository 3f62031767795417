-- What `active` says of a job: its fence (text), stream, entry, flag (`c` once its cancel is asked for, else `-`) with
-- the attempts that its run had before this one (empty: its record says), and consumer; an empty table for a value that
-- another producer wrote and that says nothing.
local HOLDS = { again = true, ready = true, suspect = true }
local function read_holding(value)
  if not value then
    return nil
  end
  local fence, stream, entry, ms, seq, flag, attempts, consumer =
    string.match(value, '^(%d+) (%a+) ((%d+)%-(%d+)) (%S)(%d*) (.+)$')
  if not HOLDS[stream] or #fence > 16 or #ms > 19 or #seq > 19 then
    return {}
  end
  return {
    fence = fence, stream = stream, entry = entry, flagged = flag == 'c', attempts = attempts, consumer = consumer,
  }
end
