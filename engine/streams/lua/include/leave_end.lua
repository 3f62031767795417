--- @include record
--- @include leave_group
-- Takes an ended job out of the place in which its end, or the trash, has put it, and out of its error group.
local function leave_end(places, groups, key, id, state)
  local record = read_record(key, 'trashed', 'group')
  redis.call('ZREM', places[record[1] and 'trash' or state], id)
  if not record[1] then
    leave_group(groups, record[2])
  end
end
