--- @include digits
--- @include whole
--- @include record
--- @include fingerprint
--- @include groups
-- A job that is failed again, as it was, counts again; its group is made anew if it has gone meanwhile.
local function rejoin_group(groups, prefix, id, failed)
  local key = prefix .. (failed.group or '')
  local known = is_fingerprint(failed.group) and read_record(key, 'jobs')
  if known and known[1] then
    redis.call('HSET', key, 'jobs', digits((whole(known[1]) or 0) + 1))
  elseif known and rank_group(groups, failed.group, failed.ended) then
    redis.call('HSET', key, 'jobs', '1', 'total', '1', 'first', failed.ended, 'last', failed.ended,
      'sample', failed.error or '', 'job', id)
    trim_groups(groups, prefix)
  end
end
