-- Asked before anything is written: a longer call would hold up the server, one with half an item end midway.
local function check_items(count)
  if count > 250 or count % 1 ~= 0 then
    error({ err = 'ERR a call takes whole items, at most 250 of them: this one has ' .. count })
  end
end
