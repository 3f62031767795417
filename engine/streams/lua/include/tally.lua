-- One more of this name.
local function count_up(tally, name)
  tally[name] = (tally[name] or 0) + 1
end
