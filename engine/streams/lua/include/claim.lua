--- @include digits
-- The idle time of this consumer's entries starts anew; a test's clock runs behind the server's and stamps its own.
local function claim_entries(stream, consumer, entries, now, skew)
  if #entries == 0 then
    return
  end
  local call = { 'XCLAIM', stream, 'workers', consumer, '0' }
  for _, entry in ipairs(entries) do
    call[#call + 1] = entry
  end
  if skew ~= 0 then
    call[#call + 1] = 'TIME'
    call[#call + 1] = digits(math.floor(now / 1000))
  end
  call[#call + 1] = 'JUSTID'
  redis.call(unpack(call))
end
