-- As Redis orders members: Lua's own comparison goes by the server's locale.
local function is_before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- The rank of a member and the one behind it; both are where it was, if it has left meanwhile.
local function ranks_of(set, score, member, reverse)
  if redis.call('ZSCORE', set, member) == score then
    local rank = redis.call(reverse and 'ZREVRANK' or 'ZRANK', set, member)
    return rank, rank + 1
  end
  local low, high = redis.call('ZCOUNT', set, '-inf', '(' .. score), redis.call('ZCOUNT', set, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_before(redis.call('ZRANGE', set, middle, middle)[1], member) then
      low = middle + 1
    else
      high = middle
    end
  end
  local rank = reverse and redis.call('ZCARD', set) - low or low
  return rank, rank
end
