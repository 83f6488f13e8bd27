-- What `Change::apply` and `Namespace` do in Rust, word for word; a test compares the two.
--
-- KEYS: meta {id, born, seq}, nodes (name by its last heartbeat), rows (text by name).
-- Everything is text here: names are escaped by the caller, times are milliseconds by this server's clock.

local meta, nodes, rows = KEYS[1], KEYS[2], KEYS[3]
local MAX, MAX_VOTES, MAX_ROWS, MAX_NODES = 9007199254740991, 100, 4096, 1024

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function text(number)
    return string.format('%.0f', number)
end

local function later(by)
    return math.min(now + by, MAX)
end

local function after(epoch)
    return math.min(epoch + 1, MAX)
end

-- The namespace begins with the first command; what is left of one without its head is no good.
local function begin(nonce)
    local head = redis.call('HMGET', meta, 'id', 'born', 'seq')
    if head[1] and head[2] and head[3] then
        return head[1], tonumber(head[2]) or now, tonumber(head[3]) or 0
    end
    redis.call('DEL', meta, nodes, rows)
    redis.call('HSET', meta, 'id', nonce, 'born', text(now), 'seq', '0')
    return nonce, now, 0
end

local function poll(node, id_seen, seq_seen, live_for, nonce, names)
    local id, _, seq = begin(nonce)
    redis.call('ZREMRANGEBYSCORE', nodes, '-inf', '(' .. text(now - live_for))
    if redis.call('ZCARD', nodes) == 0 then
        redis.call('HSET', meta, 'born', text(now))
    end
    redis.call('ZADD', nodes, text(now), node)
    if id_seen ~= id or seq_seen > seq then
        seq_seen = 0
    end
    local changed = {}
    if seq > seq_seen then
        local all = redis.call('HGETALL', rows)
        for index = 1, #all, 2 do
            local row_seq = tonumber(string.match(all[index + 1], '^%d+'))
            -- One that cannot be read is handed on, so that the nodes can say so.
            if row_seq == nil or row_seq > seq_seen then
                changed[#changed + 1] = all[index]
                changed[#changed + 1] = all[index + 1]
            end
        end
    end
    local living = {}
    if names == '1' then
        living = redis.call('ZRANGE', nodes, 0, MAX_NODES - 1)
    end
    return { text(now), id, text(seq), text(redis.call('ZCARD', nodes)), living, changed }
end

local function read(line)
    local w = {}
    for word in string.gmatch(line or '', '%S+') do
        w[#w + 1] = word
    end
    local n = function(index)
        return tonumber(w[index]) or 0
    end
    if #w < 16 then
        w = {}
    end
    local row = {
        seq = n(1), epoch = n(2), open = w[3] == 'open', since = n(4), until_ = n(5), openings = n(6),
        holder = w[7] or '-', lease = n(8), wanted = n(9),
        over = n(10), mode = w[11] or '-', by = w[12] or '-', because = w[13] or '-', over_since = n(14), over_until = n(15),
        votes = {},
    }
    for node, ends in string.gmatch(w[16] or '', '([^,:]+):(%d+)') do
        row.votes[#row.votes + 1] = { node, tonumber(ends) }
    end
    return row
end

local function write(row)
    local votes = {}
    for index, vote in ipairs(row.votes) do
        votes[index] = vote[1] .. ':' .. text(vote[2])
    end
    local lease = row.holder == '-' and '- 0 0' or row.holder .. ' ' .. text(row.lease) .. ' ' .. text(row.wanted)
    return table.concat({
        text(row.seq), text(row.epoch), row.open and 'open' or 'closed', text(row.since), text(row.until_),
        text(row.openings), lease, text(row.over), row.mode, row.by, row.because, text(row.over_since),
        text(row.over_until), #votes == 0 and '-' or table.concat(votes, ','),
    }, ' ')
end

-- Each gives: granted, changed, published.
local function reopen(row)
    row.holder, row.lease, row.wanted = '-', 0, 0
    row.since = now
    row.epoch = after(row.epoch)
    return true, true, true
end

local function close(row)
    row.open = false
    row.openings = 0
    row.votes = {}
    return reopen(row)
end

local function holds(row, node, epoch)
    return row.epoch == epoch and row.holder == node
end

local verbs = {}

function verbs.vote(row, c, left)
    local kept = {}
    for _, vote in ipairs(row.votes) do
        if now < vote[2] and vote[1] ~= c.node then
            kept[#kept + 1] = vote
        end
    end
    row.votes = kept
    if row.open then
        return false, false, false
    end
    if #kept < MAX_VOTES then
        kept[#kept + 1] = { c.node, later(tonumber(left)) }
    end
    local needed = c.quorum
    if math.max(now - c.born, 0) >= c.live_for then
        needed = math.min(needed, c.live)
    end
    needed = math.max(needed, 1)
    if #kept < needed then
        return true, true, false
    end
    local ends = {}
    for index, vote in ipairs(kept) do
        ends[index] = vote[2]
    end
    table.sort(ends, function(a, b) return a > b end)
    row.until_ = ends[needed]
    row.openings = 1
    row.open = true
    return reopen(row)
end

function verbs.ask(row, c, lease)
    if not row.open then
        return true, false, false
    end
    if now < row.until_ then
        return false, false, false
    end
    if row.holder ~= '-' and now < row.lease and row.holder ~= c.node then
        local first = row.wanted == 0
        row.wanted = 1
        return false, first, false
    end
    row.holder, row.lease, row.wanted = c.node, later(tonumber(lease)), 0
    row.epoch = after(row.epoch)
    return true, true, true
end

function verbs.renew(row, c, epoch, lease)
    if not holds(row, c.node, tonumber(epoch)) then
        return false, false, false
    end
    row.lease = later(tonumber(lease))
    return true, true, true
end

function verbs.closed(row, c, epoch)
    if not holds(row, c.node, tonumber(epoch)) then
        return false, false, false
    end
    return close(row)
end

function verbs.failed(row, c, epoch, wait)
    if not holds(row, c.node, tonumber(epoch)) then
        return false, false, false
    end
    row.openings = math.min(row.openings + 1, MAX)
    row.until_ = later(tonumber(wait))
    return reopen(row)
end

function verbs.yield(row, c, epoch)
    if not holds(row, c.node, tonumber(epoch)) then
        return false, false, false
    end
    return reopen(row)
end

function verbs.override(row, _, mode, by, because, lasting)
    row.over = after(row.over)
    row.mode, row.by, row.because = mode, by, because
    row.over_since = now
    row.over_until = lasting == '-' and 0 or math.max(later(tonumber(lasting)), 1)
    return true, true, true
end

function verbs.reset(row, _, by)
    row.over = after(row.over)
    row.mode, row.by, row.because = '-', by, '-'
    row.over_since, row.over_until = now, 0
    if row.open then
        return close(row)
    end
    row.votes = {}
    return true, true, true
end

function verbs.restore(row, _, line, as_of)
    local known = read(line)
    local published = false
    as_of = tonumber(as_of)
    local function moved(at)
        return math.min(math.max(at + now - as_of, 0), MAX)
    end
    if known.epoch > row.epoch then
        row.epoch, row.open, row.openings = known.epoch, known.open, known.openings
        row.since, row.until_ = moved(known.since), moved(known.until_)
        row.holder, row.wanted = known.holder, known.wanted
        row.lease = known.holder == '-' and 0 or moved(known.lease)
        published = true
    end
    if known.over > row.over then
        row.over, row.mode, row.by, row.because = known.over, known.mode, known.by, known.because
        row.over_since = moved(known.over_since)
        row.over_until = known.over_until == 0 and 0 or math.max(moved(known.over_until), 1)
        published = true
    end
    return true, published, published
end

local function change(channel, node, quorum, live_for, nonce, name, verb, ...)
    local _, born, seq = begin(nonce)
    local line = redis.call('HGET', rows, name)
    if not line and redis.call('HLEN', rows) >= MAX_ROWS then
        return redis.error_reply('FULL the namespace is full')
    end
    live_for = tonumber(live_for)
    local live = redis.call('ZCOUNT', nodes, text(now - live_for), '+inf')
    local row = read(line)
    local about = { node = node, quorum = tonumber(quorum), live_for = live_for, born = born, live = live }
    local granted, changed, published = verbs[verb](row, about, ...)
    if changed then
        row.seq = seq + 1
        redis.call('HSET', meta, 'seq', text(row.seq))
        line = write(row)
        redis.call('HSET', rows, name, line)
    else
        line = write(row)
    end
    if published then
        redis.call('PUBLISH', channel, text(now) .. ' ' .. name .. ' ' .. line)
    end
    return { text(now), granted and 1 or 0, line }
end

local verb = ARGV[1]
if verb == 'poll' then
    return poll(ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7])
elseif verb == 'leave' then
    return redis.call('ZREM', nodes, ARGV[2])
else
    return change(unpack(ARGV, 2))
end
