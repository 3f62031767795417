-- What `active` says of a job: its fence (text), stream, entry, whether its cancel was asked for (flag `c`, else `-`),
-- the attempts that its run had before this one (empty: its record says), and consumer. Nothing if there is no value, or
-- one that another producer wrote and that says nothing.
local HOLDS = { again = true, ready = true, suspect = true }
local function parse_holding(value)
  if not value then
    return nil
  end
  local fence, stream, entry, ms, seq, flag, attempts, consumer =
    string.match(value, '^(%d+) (%a+) ((%d+)%-(%d+)) (%S)(%d*) (.+)$')
  if HOLDS[stream] and #fence <= 16 and #ms <= 19 and #seq <= 19 then
    return fence, stream, entry, flag == 'c', attempts, consumer
  end
end
