-- The value of a field in a reply of names and values.
local function value_of(flat, name)
  for i = 1, #flat, 2 do
    if flat[i] == name then
      return flat[i + 1]
    end
  end
  return nil
end

-- How far the group of a stream has read, and how many of its entries are handed over; nothing and 0 without the group.
local function read_group(stream)
  for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', stream)) do
    if value_of(group, 'name') == 'workers' then
      return value_of(group, 'last-delivered-id'), value_of(group, 'pending')
    end
  end
  return nil, 0
end
