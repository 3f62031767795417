-- Whether the bytes are UTF-8 as every decoder takes it: workers hold ids and names as text.
local SEQUENCES = { '[\194-\223][\128-\191]', '\224[\160-\191][\128-\191]', '[\225-\236\238\239][\128-\191][\128-\191]',
  '\237[\128-\159][\128-\191]', '\240[\144-\191][\128-\191][\128-\191]', '[\241-\243][\128-\191][\128-\191][\128-\191]',
  '\244[\128-\143][\128-\191][\128-\191]' }
local function is_text(bytes)
  if not string.find(bytes, '[\128-\255]') then
    return true
  end
  for _, sequence in ipairs(SEQUENCES) do
    bytes = string.gsub(bytes, sequence, '.')
  end
  return not string.find(bytes, '[\128-\255]')
end
