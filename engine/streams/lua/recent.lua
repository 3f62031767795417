--- recent: a page of a tenant's jobs, newest run first; ids whose record is gone are passed over.
--
-- KEYS[1] job     prefix
-- KEYS[2] tenant  prefix
-- KEYS[3] active  hash
-- ARGV[1] tenant
-- ARGV[2] limit   ids looked at, 1 to 250
-- ARGV[3] first   the rank of the first one
--
-- writes nothing: EVALSHA_RO
-- returns how many ids were looked at, then eleven each: id, name, state, run, attempts, ended_ms,
--   tenant, error, due_ms, group, and what `active` says of it

--- @include lines
--- @include digits

local first, limit = tonumber(ARGV[3]), math.max(1, math.min(250, tonumber(ARGV[2])))
local ids = redis.call('ZREVRANGE', KEYS[2] .. ARGV[1], digits(first), digits(first + limit - 1))
local reply = { #ids }
for _, id in ipairs(ids) do
  local record = read_line(KEYS[1], id)
  if record then
    add_line(reply, KEYS[3], id, record)
  end
end
return reply
