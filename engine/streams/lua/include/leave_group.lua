--- @include digits
--- @include whole
--- @include record
--- @include fingerprint
-- A job that is failed no longer counts in its error group no longer; it stays in the total.
local function leave_group(prefix, fingerprint)
  local known = is_fingerprint(fingerprint) and read_record(prefix .. fingerprint, 'jobs')
  local jobs = known and whole(known[1]) or 0
  if jobs > 0 then
    redis.call('HSET', prefix .. fingerprint, 'jobs', digits(jobs - 1))
  end
end
