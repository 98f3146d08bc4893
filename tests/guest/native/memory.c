// What the double hands out: blocks that PeerFreeData takes back, handles, enumerations; and the report about them.

#include "double.h"

#include <stdio.h>
#include <unistd.h>

// Blocks ---------------------------------------------------------------------------------------------------------------

struct child {
    struct child *next;
    char data[] __attribute__((aligned(16)));
};

static struct owned {
    struct owned *next;
    struct child *children;
    void *data;
    size_t size;
} *buckets[4096];

static long outstanding;

// Addresses given back lately: tells "twice" from "never ours".
static const void *returned[1024];
static unsigned returned_at;

static struct owned **bucket(const void *data) { return &buckets[((uintptr_t)data >> 4) % 4096]; }

static struct owned **find(const void *data) {
    struct owned **at = bucket(data);
    while (*at != NULL && (*at)->data != data) at = &(*at)->next;
    return at;
}

void *block(size_t size) {
    struct owned *made = calloc(1, sizeof *made);
    if (made == NULL || (made->data = calloc(1, size + 1)) == NULL) misuse_fatal("out of memory");
    made->size = size;
    struct owned **at = bucket(made->data);
    made->next = *at;
    *at = made;
    outstanding++;
    for (int i = 0; i < 1024; i++) {
        if (returned[i] == made->data) returned[i] = NULL;
    }
    return made->data;
}

void *block_child(void *of, size_t size) {
    struct owned *owner = *find(of);
    struct child *made = calloc(1, sizeof *made + size + 1);
    if (owner == NULL || made == NULL) misuse_fatal("no block to belong to");
    made->next = owner->children;
    owner->children = made;
    return made->data;
}

VOID WINAPI PeerFreeData(LPCVOID data) {
    if (call_enter("PeerFreeData") != 0) return;
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = "PeerFreeData";
    if (data == NULL) return;
    struct owned **at = find(data);
    if (*at == NULL) {
        for (int i = 0; i < 1024; i++) {
            if (returned[i] == data) misuse_fatal("PeerFreeData: given back twice");
        }
        misuse_fatal("PeerFreeData: nothing that was handed out");
    }
    struct owned *gone = *at;
    *at = gone->next;
    while (gone->children != NULL) {
        struct child *next = gone->children->next;
        free(gone->children);
        gone->children = next;
    }
    returned[returned_at++ % 1024] = data;
    // Who reads on gets nonsense instead of luck.
    memset(gone->data, 0xDD, gone->size);
    free(gone->data);
    free(gone);
    outstanding--;
}

// Handles --------------------------------------------------------------------------------------------------------------

static struct handle {
    struct handle *next;
    enum handle_kind kind;
    void *value;
} *handles;

static long open_handles[HANDLE_KINDS];

void *handle_open(enum handle_kind kind, void *value) {
    struct handle *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    made->kind = kind;
    made->value = value;
    made->next = handles;
    handles = made;
    open_handles[kind]++;
    return made;
}

void *handle_value(enum handle_kind kind, const void *handle) {
    for (struct handle *at = handles; at != NULL; at = at->next) {
        if (at == handle) return at->kind == kind ? at->value : NULL;
    }
    return NULL;
}

void handle_close(const void *handle) {
    for (struct handle **at = &handles; *at != NULL; at = &(*at)->next) {
        if (*at != handle) continue;
        struct handle *gone = *at;
        *at = gone->next;
        open_handles[gone->kind]--;
        free(gone);
        return;
    }
}

void *handle_at(enum handle_kind kind, int index, void **handle) {
    for (struct handle *at = handles; at != NULL; at = at->next) {
        if (at->kind != kind || index-- > 0) continue;
        if (handle != NULL) *handle = at;
        return at->value;
    }
    return NULL;
}

static long group_startups, pnrp_startups;

void count_startup(const char *of, int difference) {
    *(strcmp(of, "group") == 0 ? &group_startups : &pnrp_startups) += difference;
}

int startups(const char *of) { return (int)(strcmp(of, "group") == 0 ? group_startups : pnrp_startups); }

// Enumerations ---------------------------------------------------------------------------------------------------------

struct enumeration {
    int count, at;
    emit_item emit;
    char **items;
};

HPEERENUM enumeration_open(char **items, int count, emit_item emit) {
    struct enumeration *made = calloc(1, sizeof *made);
    char **kept = calloc((size_t)count + 1, sizeof *kept);
    if (made == NULL || kept == NULL) misuse_fatal("out of memory");
    for (int i = 0; i < count; i++) kept[i] = strdup(items[i]);
    *made = (struct enumeration){count, 0, emit, kept};
    return handle_open(HANDLE_ENUMERATION, made);
}

void *emit_name_pair(void *of, const char *item) {
    struct record *record = record_parse(item);
    PEER_NAME_PAIR *pair = block_child(of, sizeof *pair);
    pair->dwSize = sizeof *pair;
    pair->pwzPeerName = block_child_text(of, record_get(record, "peerName"));
    pair->pwzFriendlyName = block_child_text(of, record_get(record, "friendlyName"));
    return pair;
}

HRESULT WINAPI PeerGetItemCount(HPEERENUM handle, ULONG *count) {
    ENTER("PeerGetItemCount");
    struct enumeration *enumeration = handle_value(HANDLE_ENUMERATION, handle);
    if (enumeration == NULL || count == NULL) return E_INVALIDARG;
    *count = (ULONG)enumeration->count;
    return S_OK;
}

HRESULT WINAPI PeerGetNextItem(HPEERENUM handle, ULONG *count, PVOID **items) {
    ENTER("PeerGetNextItem");
    struct enumeration *enumeration = handle_value(HANDLE_ENUMERATION, handle);
    if (enumeration == NULL || count == NULL || items == NULL) return E_INVALIDARG;
    int given = enumeration->count - enumeration->at;
    if ((ULONG)given > *count) given = (int)*count;
    // Fewer at a time than asked for: documented, and easily forgotten by a caller.
    long most = setting_number("enumeration-step", given);
    if (most > 0 && given > most) given = (int)most;
    *count = (ULONG)given;
    *items = NULL;
    if (given == 0) return S_OK;
    *items = block(sizeof(PVOID) * (size_t)given);
    for (int i = 0; i < given; i++) (*items)[i] = enumeration->emit(*items, enumeration->items[enumeration->at++]);
    return S_OK;
}

HRESULT WINAPI PeerEndEnumeration(HPEERENUM handle) {
    ENTER("PeerEndEnumeration");
    struct enumeration *enumeration = handle_value(HANDLE_ENUMERATION, handle);
    if (enumeration == NULL) return E_INVALIDARG;
    handle_close(handle);
    for (int i = 0; i < enumeration->count; i++) free(enumeration->items[i]);
    free(enumeration->items);
    free(enumeration);
    return S_OK;
}

// Report ---------------------------------------------------------------------------------------------------------------

static struct {
    const char *name;
    long count;
} calls[150];

// The names of calls are literals of this library, so the pointers can be kept.
void call_count(const char *call) {
    for (int i = 0; i < 150; i++) {
        if (calls[i].name == NULL) calls[i].name = call;
        if (strcmp(calls[i].name, call) == 0) {
            calls[i].count++;
            return;
        }
    }
}

// One JSON object of ASCII; returns its length without the terminating zero, or -1 where the buffer is too small.
int PeerDoubleReport(char *buffer, int size);

int PeerDoubleReport(char *buffer, int size) {
    int used = snprintf(
        buffer, (size_t)size,
        "{\"process\":%d,\"blocks\":%ld,\"enumerations\":%ld,\"groups\":%ld,\"eventRegistrations\":%ld,"
        "\"registrations\":%ld,\"resolutions\":%ld,\"providers\":%ld,\"keys\":%ld,\"hashes\":%ld,\"lookups\":%ld,"
        "\"groupStartups\":%ld,\"pnrpStartups\":%ld,\"errors\":[",
        (int)getpid(), outstanding, open_handles[HANDLE_ENUMERATION], open_handles[HANDLE_GROUP],
        open_handles[HANDLE_EVENT_REGISTRATION], open_handles[HANDLE_REGISTRATION], open_handles[HANDLE_RESOLUTION],
        open_handles[HANDLE_PROVIDER], open_handles[HANDLE_KEY], open_handles[HANDLE_HASH], open_handles[HANDLE_LOOKUP],
        group_startups, pnrp_startups);
    for (int i = 0; i < misuse_count() && used < size; i++) {
        used += snprintf(buffer + used, (size_t)(size - used), "%s\"%s\"", i > 0 ? "," : "", misuse_text(i));
    }
    if (used < size) used += snprintf(buffer + used, (size_t)(size - used), "],\"calls\":{");
    for (int i = 0; i < 150 && calls[i].name != NULL && used < size; i++) {
        used += snprintf(buffer + used, (size_t)(size - used), "%s\"%s\":%ld", i > 0 ? "," : "", calls[i].name, calls[i].count);
    }
    if (used < size) used += snprintf(buffer + used, (size_t)(size - used), "}}");
    return used < size ? used : -1;
}

__attribute__((destructor)) static void report_at_exit(void) {
    const char *path = getenv("PEER_DOUBLE_REPORT");
    static char buffer[16384];
    if (path == NULL || PeerDoubleReport(buffer, sizeof buffer) < 0) return;
    FILE *file = fopen(path, "a");
    if (file == NULL) return;
    fprintf(file, "%s\n", buffer);
    fclose(file);
}
