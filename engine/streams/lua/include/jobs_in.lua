--- @include sorted
--- @include lined_up
-- A list by its name: waiting | active | delayed | completed | failed | cancelled | trash. Ended jobs and the trash come
-- newest first. And the state that a job of it has; nothing for the trash, which holds any that ended.
local function jobs_in(name, streams, sets)
  if sets[name] then
    return open_sorted(sets[name], name ~= 'delayed'), name ~= 'trash' and name or nil
  end
  return open_lined_up(streams, name == 'active'), name
end
