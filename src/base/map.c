/* Hash maps by open addressing with linear probes, at most 3/4 full. */
#include <maille/map.h>

#include <string.h>

#include <maille/memory.h>

/* Power of two that holds `expected` entries at 3/4; 0 when it cannot be. */
static size_t places_for(size_t expected) {
    size_t places = 16;
    while (places / 4 * 3 < expected) {
        if (places > SIZE_MAX / 4)
            return 0;
        places *= 2;
    }
    return places;
}

static bool is_full(size_t count, size_t places) {
    return count >= places / 4 * 3;
}

/* Spreads every bit over all bits (the finalizer of MurmurHash3). */
static uint64_t mix(uint64_t h) {
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33;
    h *= 0xC4CEB9FE1A85EC53u;
    return h ^ h >> 33;
}

/* ---- text → number ---- */

typedef struct {
    const char *key; /* NULL = free */
    uint32_t hash, value;
} name_entry;

struct maille_names {
    name_entry *entries;
    size_t places, count;
    maille_arena *keys;
};

/* FNV-1a. */
static uint32_t hash_text(const char *text) {
    uint64_t h = 0xCBF29CE484222325u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001B3u;
    return (uint32_t)(mix(h) >> 32);
}

maille_names *maille_names_new(size_t expected) {
    maille_names *map = maille_alloc(1, sizeof *map);
    if (!map)
        return NULL;
    map->places = places_for(expected);
    map->entries = map->places ? maille_alloc(map->places, sizeof *map->entries) : NULL;
    map->keys = maille_arena_new();
    if (!map->entries || !map->keys) {
        maille_names_free(map);
        return NULL;
    }
    return map;
}

void maille_names_free(maille_names *map) {
    if (!map)
        return;
    maille_arena_free(map->keys);
    maille_free(map->entries);
    maille_free(map);
}

/* The entry that holds the key, or the free one where it belongs. */
static name_entry *find_name(name_entry *entries, size_t places, const char *key, uint32_t hash) {
    size_t i = hash & (places - 1);
    while (entries[i].key && (entries[i].hash != hash || strcmp(entries[i].key, key) != 0))
        i = (i + 1) & (places - 1);
    return &entries[i];
}

uint32_t maille_names_get(const maille_names *map, const char *key) {
    const name_entry *entry = find_name(map->entries, map->places, key, hash_text(key));
    return entry->key ? entry->value : MAILLE_ABSENT;
}

static bool grow_names(maille_names *map) {
    size_t places = map->places * 2;
    name_entry *entries = maille_alloc(places, sizeof *entries);
    if (!entries)
        return false;
    for (size_t i = 0; i < map->places; i++) {
        const name_entry *entry = &map->entries[i];
        if (entry->key)
            *find_name(entries, places, entry->key, entry->hash) = *entry;
    }
    maille_free(map->entries);
    map->entries = entries;
    map->places = places;
    return true;
}

bool maille_names_set(maille_names *map, const char *key, uint32_t value) {
    uint32_t hash = hash_text(key);
    name_entry *entry = find_name(map->entries, map->places, key, hash);
    if (entry->key) {
        entry->value = value;
        return true;
    }
    if (is_full(map->count, map->places)) {
        if (!grow_names(map))
            return false;
        entry = find_name(map->entries, map->places, key, hash);
    }
    const char *copy = maille_arena_strdup(map->keys, key);
    if (!copy)
        return false;
    *entry = (name_entry){copy, hash, value};
    map->count++;
    return true;
}

size_t maille_names_count(const maille_names *map) {
    return map->count;
}

/* ---- 64-bit key → number ---- */

typedef struct {
    uint64_t key;
    uint32_t value;
    bool used;
} id_entry;

struct maille_ids {
    id_entry *entries;
    size_t places, count;
};

maille_ids *maille_ids_new(size_t expected) {
    maille_ids *map = maille_alloc(1, sizeof *map);
    if (!map)
        return NULL;
    map->places = places_for(expected);
    map->entries = map->places ? maille_alloc(map->places, sizeof *map->entries) : NULL;
    if (!map->entries) {
        maille_ids_free(map);
        return NULL;
    }
    return map;
}

void maille_ids_free(maille_ids *map) {
    if (!map)
        return;
    maille_free(map->entries);
    maille_free(map);
}

static id_entry *find_id(id_entry *entries, size_t places, uint64_t key) {
    size_t i = (size_t)mix(key) & (places - 1);
    while (entries[i].used && entries[i].key != key)
        i = (i + 1) & (places - 1);
    return &entries[i];
}

uint32_t maille_ids_get(const maille_ids *map, uint64_t key) {
    const id_entry *entry = find_id(map->entries, map->places, key);
    return entry->used ? entry->value : MAILLE_ABSENT;
}

static bool grow_ids(maille_ids *map) {
    size_t places = map->places * 2;
    id_entry *entries = maille_alloc(places, sizeof *entries);
    if (!entries)
        return false;
    for (size_t i = 0; i < map->places; i++)
        if (map->entries[i].used)
            *find_id(entries, places, map->entries[i].key) = map->entries[i];
    maille_free(map->entries);
    map->entries = entries;
    map->places = places;
    return true;
}

/* The entry of a key, taken if it was free; NULL when memory ran out. */
static id_entry *take_id(maille_ids *map, uint64_t key, uint32_t value) {
    id_entry *entry = find_id(map->entries, map->places, key);
    if (entry->used)
        return entry;
    if (is_full(map->count, map->places)) {
        if (!grow_ids(map))
            return NULL;
        entry = find_id(map->entries, map->places, key);
    }
    *entry = (id_entry){key, value, true};
    map->count++;
    return entry;
}

bool maille_ids_set(maille_ids *map, uint64_t key, uint32_t value) {
    id_entry *entry = take_id(map, key, value);
    if (!entry)
        return false;
    entry->value = value;
    return true;
}

uint32_t maille_ids_intern(maille_ids *map, uint64_t key, uint32_t value) {
    const id_entry *entry = take_id(map, key, value);
    return entry ? entry->value : MAILLE_ABSENT;
}

size_t maille_ids_count(const maille_ids *map) {
    return map->count;
}
