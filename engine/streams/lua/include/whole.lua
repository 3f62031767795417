-- A whole number as the engine writes one; nothing for whatever else another producer may have written.
local function whole(text)
  local number = text and #text <= 16 and string.find(text, '^%d+$') and tonumber(text)
  return number and number < 9e15 and number or nil
end
