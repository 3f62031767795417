--- @include digits
--- @include sections
-- A list of jobs in three streams, in running order. Its pages are as those of a sorted set, a cursor is `number entry`.
-- Streams have no ranks: the number of a row is estimated by time, but for those near an end of the list.
local NEAR = 100
local function open_lined_up(streams, is_active)
  local list, sections = { total = 0, exact = '0' }, {}
  for n, stream in ipairs(streams) do
    sections[n] = open_section(stream, is_active)
    list.total = list.total + sections[n].count
  end

  -- Beside a place: those behind it, or before it.
  local function read_beside(cursor, count, backwards)
    local number, entry = string.match(cursor, '^([1-3]) (%d+%-%d+)$')
    if not number then
      return read_places(sections, 1, nil, backwards and 0 or count)
    end
    number = tonumber(number)
    return read_places(sections, number, backwards and '(' .. entry or behind(sections[number], entry), count, backwards)
  end

  local function estimate(cursor)
    local above, below = #read_beside(cursor, NEAR, true).ids, #read_beside(cursor, NEAR).ids
    if above < NEAR then
      return above
    elseif below < NEAR then
      return math.max(0, list.total - below - 1)
    end
    local number, before = tonumber(string.sub(cursor, 1, 1)), 0
    for n = 1, number - 1 do
      before = before + sections[n].count
    end
    local ms = order_of(cursor)
    local share = share_of(sections[number], ms)
    return before + math.floor(sections[number].count * share)
  end

  local function page_of(places, is_reversed)
    local length = #places.ids
    local page = { ids = is_reversed and {} or places.ids }

    function page.cursor(n)
      local at = is_reversed and length + 1 - n or n
      return places.numbers[at] .. ' ' .. places.entries[at]
    end

    for n = 1, is_reversed and length or 0 do
      page.ids[n] = places.ids[length + 1 - n]
    end
    page.begins = length == 0 or #read_beside(page.cursor(1), 1, true).ids == 0
    page.ends = length == 0 or #read_beside(page.cursor(length), 1).ids == 0
    return page
  end

  function list.row_of(page)
    if #page.ids == 0 then
      return page.is_above and 0 or list.total
    end
    return estimate(page.cursor(1))
  end

  function list.below(cursor, count)
    return page_of(read_beside(cursor, count))
  end

  function list.above(cursor, count)
    local page = page_of(read_beside(cursor, count, true), true)
    page.is_above = true
    return page
  end

  function list.at(rank, count)
    local left = list.total - rank
    if left <= count then
      return page_of(read_places(sections, 3, nil, math.max(0, left), true), true)
    end
    local number, within = 1, rank
    while within >= sections[number].count do
      within, number = within - sections[number].count, number + 1
    end
    local section = sections[number]
    local _, from_ms, to_ms = share_of(section, 0)
    local ms = from_ms + math.floor((to_ms - from_ms) * within / section.count)
    return page_of(read_places(sections, number, ms > from_ms and digits(ms) or nil, count))
  end
  return list
end
