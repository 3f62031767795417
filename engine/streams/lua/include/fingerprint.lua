-- Whether it can name an error group: 12 hex digits, or the word for jobs whose workers went away.
local function is_fingerprint(text)
  return text == 'crashed' or (text and #text == 12 and not string.find(text, '[^0-9a-f]'))
end
