-- A number that can be a setting; nothing for whatever else another producer may have written.
local function setting(text, least)
  local number = tonumber(text)
  return number and number >= least and number < 1e15 and number or nil
end
