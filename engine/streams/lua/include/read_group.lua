-- How far the group of a stream has read, and how many of its entries are handed over; nothing and 0 without the group.
local function read_group(stream)
  for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', stream)) do
    local fields = {}
    for i = 1, #group, 2 do
      fields[group[i]] = group[i + 1]
    end
    if fields.name == 'workers' then
      return fields['last-delivered-id'], fields.pending
    end
  end
  return nil, 0
end
