--- @include digits
-- The idle time of this consumer's entries starts anew; a test's clock runs behind the server's and stamps its own.
-- Without the group there is nothing to claim: it is made anew, and hands its entries over again.
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
  local claimed = redis.pcall(unpack(call))
  if claimed.err and not string.find(claimed.err, 'NOGROUP', 1, true) then
    error(claimed)
  end
end
