-- A whole number as text: Lua's own tostring loses digits past the 14th.
local function digits(number)
  return string.format('%.0f', number)
end
