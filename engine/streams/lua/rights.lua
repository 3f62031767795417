--- rights: which of the given commands the user of this connection may send; none of them is run.
--
-- ARGV[1...] words  each command as the number of its words and then those
--
-- writes nothing: EVALSHA_RO
-- returns one for each command: 1 (it may) | 0 (it may not) | unknown (to this server)

--- @include bounds

local reply, i = {}, 1
while i <= #ARGV do
  check_items(#reply + 1)
  local words = {}
  for n = 1, tonumber(ARGV[i]) do
    words[n] = ARGV[i + n]
  end
  local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
  reply[#reply + 1] = not known and 'unknown' or allowed and '1' or '0'
  i = i + #words + 1
end
return reply
