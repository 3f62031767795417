--- @include digits
--- @include ranks
-- A list of jobs that is a sorted set. Its pages hold ids, tell the cursor of each (`score member`), and whether the
-- list begins and ends there; `row_of` a page is the number of its first row.
local function open_sorted(set, reverse)
  local list = { total = redis.call('ZCARD', set), exact = '1' }

  function list.at(rank, count)
    local first = math.max(0, math.min(rank, list.total))
    local found = count > 0 and redis.call(reverse and 'ZREVRANGE' or 'ZRANGE', set, digits(first),
      digits(first + count - 1), 'WITHSCORES') or {}
    local page = { ids = {}, first = first }
    for n = 1, #found / 2 do
      page.ids[n] = found[2 * n - 1]
    end

    function page.cursor(n)
      return found[2 * n] .. ' ' .. found[2 * n - 1]
    end

    page.begins = first == 0 or #page.ids == 0
    page.ends = first + #page.ids >= list.total or #page.ids == 0
    return page
  end

  function list.row_of(page)
    return page.first
  end

  function list.below(cursor, count)
    local score, member = string.match(cursor, '^(%S+) (.*)$')
    local rank = 0
    if score then
      local _, behind = ranks_of(set, score, member, reverse)
      rank = behind
    end
    return list.at(rank, count)
  end

  function list.above(cursor, count)
    local score, member = string.match(cursor, '^(%S+) (.*)$')
    local rank = score and ranks_of(set, score, member, reverse) or 0
    local first = math.max(0, rank - count)
    return list.at(first, rank - first)
  end
  return list
end
