--- book: the change that follows is in the book, with who makes it.
--
-- KEYS[1] control  hash
-- KEYS[2] audit    stream
-- ARGV[1] verb
-- ARGV[2] actor    JSON: name, origin, tool
-- ARGV[3] target   what is changed: a job's id, or empty for the queue
-- ARGV[4] reason
-- ARGV[5] detail   the values before and after, or empty
--
-- returns 1

--- @include book

-- HDEL first: under full memory Redis refuses what adds, unless the script has already written. What frees memory must
-- not fail for its entry.
redis.call('HDEL', KEYS[1], 'gate')
write_book(KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], '')
return 1
