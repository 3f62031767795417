--- prune: ended jobs past their age or count are gone, record and trail, oldest first, and what was in the trash.
--
-- KEYS[1] completed zset
-- KEYS[2] failed    zset
-- KEYS[3] cancelled zset
-- KEYS[4] job       prefix
-- KEYS[5] trail     prefix
-- KEYS[6] trash     zset
-- KEYS[7] groups    zset
-- KEYS[8] group     prefix
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] limit     at most this many of each state in one call, 1 to 250
-- ARGV[3] completed_ms how long completed jobs are kept
-- ARGV[4] completed_count how many (-1: any)
-- ARGV[5] failed_ms
-- ARGV[6] failed_count
-- ARGV[7] cancelled_ms
-- ARGV[8] cancelled_count
-- ARGV[9] trash_ms  how long jobs stay in the trash
--
-- returns how many completed, failed and cancelled jobs were deleted, and how many of the trash

--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include leave_group

local now_ms = math.floor(read_clock(ARGV[1]) / 1000)
local limit = digits(math.max(1, math.min(250, tonumber(ARGV[2]))))

local function delete(set, ids)
  local keys, left, reads = {}, {}, set == KEYS[2] or set == KEYS[6]
  for _, id in ipairs(ids) do
    local record = reads and read_record(KEYS[4] .. id, 'run', 'trashed', 'group')
    -- Without the mark it is a new run, begun by a producer of a version that knows no trash.
    if set ~= KEYS[6] or not record or not record[1] or record[2] then
      keys[#keys + 1] = KEYS[4] .. id
      keys[#keys + 1] = KEYS[5] .. id
    end
    left[#left + 1] = set == KEYS[2] and record and record[3] or nil
  end
  if #keys > 0 then
    redis.call('UNLINK', unpack(keys))
  end
  redis.call('ZREM', set, unpack(ids))
  for _, fingerprint in ipairs(left) do
    leave_group(KEYS[8], fingerprint)
  end
end

local function prune(set, age_ms, count)
  local ids = redis.call('ZRANGEBYSCORE', set, '-inf', digits(now_ms - age_ms), 'LIMIT', '0', limit)
  local over = count >= 0 and redis.call('ZCARD', set) - count or 0
  if over > #ids then
    ids = redis.call('ZRANGE', set, '0', digits(math.min(over, tonumber(limit)) - 1))
  end
  if #ids > 0 then
    delete(set, ids)
  end
  return digits(#ids)
end

local reply = {
  prune(KEYS[1], tonumber(ARGV[3]), tonumber(ARGV[4])),
  prune(KEYS[2], tonumber(ARGV[5]), tonumber(ARGV[6])),
  prune(KEYS[3], tonumber(ARGV[7]), tonumber(ARGV[8])),
  prune(KEYS[6], tonumber(ARGV[9]), -1),
}
-- A group that no failed job is in goes when its last one would have. Where something else is, there are none.
local until_ms = digits(now_ms - tonumber(ARGV[5]))
for _, fingerprint in ipairs(redis.pcall('ZRANGEBYSCORE', KEYS[7], '-inf', until_ms, 'LIMIT', '0', limit)) do
  local group = read_record(KEYS[8] .. fingerprint, 'jobs')
  if group and (whole(group[1]) or 0) == 0 then
    redis.call('ZREM', KEYS[7], fingerprint)
    redis.call('UNLINK', KEYS[8] .. fingerprint)
  end
end
return reply
