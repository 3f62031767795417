--- @include parse_holding
-- What `active` says of a job, as a table: none if there is no value, an empty one if it says nothing.
local function read_holding(value)
  if not value then
    return nil
  end
  local fence, stream, entry, flagged, attempts, consumer = parse_holding(value)
  return {
    fence = fence, stream = stream, entry = entry, flagged = flagged, attempts = attempts, consumer = consumer,
  }
end
