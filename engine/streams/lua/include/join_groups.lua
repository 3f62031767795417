--- @include digits
--- @include whole
--- @include record
--- @include groups
-- One more job of `failures` with this fingerprint, by which they join their groups.
local function add_failure(failures, fingerprint, id, error_json)
  local failure = failures[fingerprint] or { count = 0 }
  failure.count, failure.id, failure.error_json = failure.count + 1, id, error_json
  failures[fingerprint] = failure
end

-- The failures count in the groups of their fingerprints from now on, and in the tally. What another producer made of a
-- group costs the group, never the job.
local function join_groups(groups, prefix, now_ms, failures, tally)
  local joined = false
  for fingerprint, failure in pairs(failures) do
    local key = prefix .. fingerprint
    local known = read_record(key, 'jobs', 'total', 'first')
    if known and rank_group(groups, fingerprint, now_ms) then
      redis.call('HSET', key, 'jobs', digits((whole(known[1]) or 0) + failure.count),
        'total', digits((whole(known[2]) or 0) + failure.count), 'first', whole(known[3]) and known[3] or now_ms,
        'last', now_ms, 'sample', failure.error_json, 'job', failure.id)
      tally['group:' .. fingerprint], joined = failure.count, true
    end
  end
  if joined then
    trim_groups(groups, prefix)
  end
end
