--- @include limit
-- From how many crashes on a job is a suspect: its next one would be its last.
local function read_suspect_at(control)
  local most = read_limit(control, 'max_crashes')
  return most > 0 and math.max(1, most - 1) or 2
end
