// Files: records of named texts, folders, the marks of live processes, the machine's clock.

#include "double.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct record {
    int count;
    struct {
        char *key, *value;
    } fields[32];
};

struct record *record_new(void) { return temp(sizeof(struct record)); }

const char *record_get(const struct record *record, const char *key) {
    for (int i = 0; i < record->count; i++) {
        if (strcmp(record->fields[i].key, key) == 0) return record->fields[i].value;
    }
    return NULL;
}

void record_set(struct record *record, const char *key, const char *value) {
    int i = 0;
    while (i < record->count && strcmp(record->fields[i].key, key) != 0) i++;
    if (i == 32) misuse_fatal("more than 32 fields in a record");
    if (i == record->count) record->count++;
    record->fields[i].key = temp_copy(key);
    record->fields[i].value = temp_copy(value ? value : "");
}

void record_set_number(struct record *record, const char *key, long long value) {
    record_set(record, key, temp_format("%lld", value));
}

long long record_number(const struct record *record, const char *key) {
    const char *value = record_get(record, key);
    return value ? strtoll(value, NULL, 10) : 0;
}

// A line feed and the backslash are the only characters that a line cannot hold.
static char *escaped(const char *value) {
    char *made = temp(strlen(value) * 2), *at = made;
    for (; *value != 0; value++) {
        if (*value == '\n' || *value == '\\') *at++ = '\\';
        *at++ = *value == '\n' ? 'n' : *value;
    }
    return made;
}

char *record_text(const struct record *record) {
    size_t length = 0;
    for (int i = 0; i < record->count; i++) {
        length += strlen(record->fields[i].key) + 2 * strlen(record->fields[i].value) + 2;
    }
    char *made = temp(length), *at = made;
    for (int i = 0; i < record->count; i++) {
        at += sprintf(at, "%s=%s\n", record->fields[i].key, escaped(record->fields[i].value));
    }
    return made;
}

struct record *record_parse(const char *text) {
    struct record *record = record_new();
    while (text != NULL && *text != 0) {
        size_t end = strcspn(text, "\n"), key = strcspn(text, "=");
        if (key < end && record->count < 32) {
            char *name = temp(key), *value = temp(end), *at = value;
            memcpy(name, text, key);
            for (size_t i = key + 1; i < end; i++) {
                if (text[i] == '\\' && i + 1 < end) *at++ = text[++i] == 'n' ? '\n' : text[i];
                else *at++ = text[i];
            }
            record->fields[record->count].key = name;
            record->fields[record->count++].value = value;
        }
        text += end + (text[end] != 0);
    }
    return record;
}

char *read_text(const char *path) {
    FILE *file = fopen(path, "r");
    struct stat facts;
    if (file == NULL) return NULL;
    if (fstat(fileno(file), &facts) != 0) facts.st_size = 0;
    char *made = temp((size_t)facts.st_size);
    size_t length = fread(made, 1, (size_t)facts.st_size, file);
    made[length] = 0;
    fclose(file);
    return made;
}

int write_text(const char *path, const char *text) {
    char *draft = temp_format("%s.%d.new", path, (int)getpid());
    FILE *file = fopen(draft, "w");
    if (file == NULL) return -1;
    int written = fputs(text, file) >= 0;
    written = fclose(file) == 0 && written;
    return written && rename(draft, path) == 0 ? 0 : -1;
}

struct record *record_read(const char *path) {
    char *text = read_text(path);
    return text ? record_parse(text) : NULL;
}

int record_write(const struct record *record, const char *path) { return write_text(path, record_text(record)); }

static int by_name(const void *one, const void *other) { return strcmp(*(char *const *)one, *(char *const *)other); }

char **list_folder(const char *path) {
    DIR *folder = opendir(path);
    size_t count = 0, room = 16;
    char **names = temp(room * sizeof *names);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.' || strstr(entry->d_name, ".new") != NULL) continue;
        if (count + 1 == room) {
            char **more = temp((room *= 2) * sizeof *more);
            memcpy(more, names, count * sizeof *names);
            names = more;
        }
        names[count++] = temp_copy(entry->d_name);
    }
    if (folder != NULL) closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    names[count] = NULL;
    return names;
}

void make_folder(const char *path) {
    char *copy = temp_copy(path);
    for (char *at = copy + 1; *at != 0; at++) {
        if (*at != '/') continue;
        *at = 0;
        mkdir(copy, 0700);
        *at = '/';
    }
    mkdir(copy, 0700);
}

char *user_folder(void) {
    const char *path = getenv("PEER_DOUBLE_USER");
    return path && *path ? temp_copy(path) : NULL;
}

char *network_folder(void) {
    const char *path = getenv("PEER_DOUBLE_NETWORK");
    if (path && *path) return temp_copy(path);
    char *user = user_folder();
    return user ? temp_format("%s/network", user) : NULL;
}

char *machine_name(void) {
    const char *name = getenv("PEER_DOUBLE_MACHINE");
    return name && *name ? temp_copy(name) : temp_format("machine-%.12s", name_hash(user_folder() ? user_folder() : ""));
}

char **machine_addresses(void) {
    const char *set = getenv("PEER_DOUBLE_ADDRESSES");
    char **addresses = temp(11 * sizeof *addresses);
    char *rest = temp_copy(set && *set ? set : temp_format("fd00::%.4s", name_hash(machine_name())));
    int count = 0;
    for (char *next, *at = strtok_r(rest, ", ", &next); at && count < 10; at = strtok_r(NULL, ", ", &next)) {
        addresses[count++] = at;
    }
    return addresses;
}

unsigned long long clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    long long seconds = (long long)now.tv_sec + 11644473600LL + setting_number("clock", 0);
    return (unsigned long long)seconds * SECONDS + (unsigned long long)now.tv_nsec / 100;
}

unsigned long long from_filetime(const FILETIME *time) {
    return (unsigned long long)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

FILETIME to_filetime(unsigned long long time) { return (FILETIME){(DWORD)time, (DWORD)(time >> 32)}; }

int presence_hold(const char *path, const char *text) {
    // Who looks at a file just made, before it is locked, takes it for a dead process's and removes it: so again.
    for (int tries = 0; tries < 100; tries++) {
        struct stat held, named;
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (file < 0) return -1;
        if (flock(file, LOCK_EX) == 0 && fstat(file, &held) == 0 && stat(path, &named) == 0 &&
            held.st_ino == named.st_ino && ftruncate(file, 0) == 0 && pwrite(file, text, strlen(text), 0) >= 0) {
            return file;
        }
        close(file);
    }
    return -1;
}

void presence_release(int descriptor, const char *path) {
    unlink(path);
    close(descriptor);
}

int presence_alive(const char *path) {
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return 0;
    int free_now = flock(file, LOCK_EX | LOCK_NB) == 0;
    if (free_now) unlink(path);
    close(file);
    return !free_now;
}
