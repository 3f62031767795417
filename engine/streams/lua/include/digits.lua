-- A whole number as text, a fraction cut off: Lua's own tostring loses digits past the 14th.
local function digits(number)
  return string.format('%d', number)
end
