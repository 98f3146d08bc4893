// Connections of groups: who is there, what it leads to, and the events about it.
//
// A connected node holds a locked file in the group's folder; others look at it when they are asked something, so there is
// no thread of its own. An event handle of mono or .NET cannot be set from here: who waits for one has to look from time
// to time, as Microsoft's advice of an own time-out demands anyway.

#include "group.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

// The TCP port of grouping.
#define GROUP_PORT 3587

struct event {
    struct event *next;
    int type;
    long long value;
    char *identity;
};

struct event_registration {
    struct group *group;
    unsigned types;
    struct event *first;
};

void group_push_event(struct group *group, int type, long long value, const char *identity) {
    struct event_registration *registration;
    for (int i = 0; (registration = handle_at(HANDLE_EVENT_REGISTRATION, i, NULL)) != NULL; i++) {
        if (registration->group != group || (registration->types & 1u << type) == 0) continue;
        struct event **end = &registration->first, *made = calloc(1, sizeof *made);
        if (made == NULL) misuse_fatal("out of memory");
        while (*end != NULL) end = &(*end)->next;
        *made = (struct event){NULL, type, value, identity ? strdup(identity) : NULL};
        *end = made;
    }
}

void group_forget_events(struct group *group) {
    struct event_registration *registration;
    for (int i = 0; (registration = handle_at(HANDLE_EVENT_REGISTRATION, i, NULL)) != NULL; i++) {
        if (registration->group != group) continue;
        registration->group = NULL;
        misuse("PeerGroupClose: events of the group are still registered");
    }
}

// Who is there ---------------------------------------------------------------------------------------------------------

static char *presence_folder(const struct group *group) { return temp_format("%s/present", database_folder(group->name)); }

static struct record *own_presence(const struct group *group) { return record_read(group->presence_path); }

static int lists(const struct record *record, const char *key, const char *address) {
    const char *all = record_get(record, key);
    return all != NULL && strstr(all, temp_format(" %s ", address)) != NULL;
}

static int aims_at(const struct record *one, const struct record *other) {
    char *addresses = temp_copy(record_get(other, "addresses"));
    for (char *rest, *at = strtok_r(addresses, " ", &rest); at != NULL; at = strtok_r(NULL, " ", &rest)) {
        if (lists(one, "targets", at)) return 1;
    }
    return 0;
}

// Whether one finds the other and gets through to it.
static int reaches(const struct record *one, const struct record *other) {
    if (record_get(other, "dropped") != NULL) return 0;
    int by_cloud = record_get(one, "cloud") != NULL && record_get(other, "cloud") != NULL;
    return by_cloud || aims_at(one, other);
}

// The nodes present in a group, this one left out; NULL-terminated. Connected ones only, where this one is connected.
static struct record **other_nodes(const struct group *group) {
    char *folder = presence_folder(group), **files = list_folder(folder);
    struct record *own = group->presence_path ? own_presence(group) : NULL;
    size_t count = 0, room = 0;
    while (files[room] != NULL) room++;
    struct record **found = temp((room + 1) * sizeof *found);
    for (size_t i = 0; i < room; i++) {
        char *path = temp_format("%s/%s", folder, files[i]);
        if (group->presence_path != NULL && strcmp(path, group->presence_path) == 0) continue;
        struct record *node = presence_alive(path) ? record_read(path) : NULL;
        if (node == NULL || record_get(node, "identity") == NULL) continue;
        int same = own != NULL && strcmp(record_get(node, "machine"), record_get(own, "machine")) == 0 &&
                   strcmp(record_get(node, "identity"), record_get(own, "identity")) == 0;
        if (!same && own != NULL && (reaches(own, node) || reaches(node, own))) found[count++] = node;
    }
    return found;
}

int member_present(const struct group *group, const char *identity, struct record **facts) {
    struct record *own = group->presence_path ? own_presence(group) : NULL;
    if (own != NULL && strcmp(identity, group->identity) == 0) {
        *facts = own;
        return 1;
    }
    for (struct record **at = other_nodes(group); *at != NULL; at++) {
        *facts = *at;
        if (strcmp(record_get(*at, "identity"), identity) == 0) return 1;
    }
    *facts = NULL;
    return 0;
}

static void write_presence(struct group *group, const char *targets, int synchronised) {
    struct record *own = record_new();
    char *addresses = " ";
    for (char **at = machine_addresses(); *at != NULL; at++) addresses = temp_format("%s%s ", addresses, *at);
    record_set(own, "machine", machine_name());
    record_set(own, "identity", group->identity);
    record_set(own, "addresses", addresses);
    record_set(own, "targets", targets);
    if (setting("cloud") == NULL) record_set(own, "cloud", "Global_");
    if (setting_is("inbound", "dropped")) record_set(own, "dropped", "1");
    if (synchronised) record_set(own, "synchronised", "1");
    char *text = record_text(own);
    if (ftruncate(group->presence_file, 0) != 0 || pwrite(group->presence_file, text, strlen(text), 0) < 0) {
        misuse_fatal("cannot write a presence");
    }
}

void group_disconnect(struct group *group) {
    if (group->presence_path == NULL) return;
    presence_release(group->presence_file, group->presence_path);
    free(group->presence_path);
    group->presence_path = NULL;
    group->status = 0;
}

static void fail(struct group *group, HRESULT reason) {
    group->failed = 1;
    group_push_event(group, PEER_GROUP_EVENT_CONNECTION_FAILED, reason, NULL);
}

// A renewed credential of this member, published by an administrator, is picked up.
static void pick_up(struct group *group, struct record *membership) {
    struct record *published =
        record_read(temp_format("%s/members/%s", database_folder(group->name), name_hash(group->identity)));
    struct credential *own = chain_read(record_get(membership, "chain"));
    if (published == NULL || own == NULL || record_number(published, "to") <= (long long)own->to) return;
    record_set(membership, "chain", record_get(published, "chain"));
    membership_write(group, membership);
}

static void tell_members(struct group *group) {
    struct record *members = record_new(), *before = record_parse(group->seen);
    struct record **nodes = other_nodes(group);
    for (int i = 0; nodes[i] != NULL && i < 30; i++) record_set(members, record_get(nodes[i], "identity"), "1");
    for (int i = 0; nodes[i] != NULL && i < 30; i++) {
        const char *identity = record_get(nodes[i], "identity");
        if (record_get(before, identity) == NULL) {
            group_push_event(group, PEER_GROUP_EVENT_MEMBER_CHANGED, PEER_MEMBER_CONNECTED, identity);
        }
    }
    const char *at = group->seen;
    for (char *gone; (gone = between(&at, "", "=1\n")) != NULL;) {
        if (record_get(members, gone) == NULL) {
            group_push_event(group, PEER_GROUP_EVENT_MEMBER_CHANGED, PEER_MEMBER_DISCONNECTED, gone);
        }
    }
    free(group->seen);
    group->seen = strdup(record_text(members));
}

void group_refresh(struct group *group) {
    if (group->presence_path == NULL || group->failed) return;
    struct record *membership = membership_read(group);
    struct credential *own = chain_read(record_get(membership, "chain"));
    unsigned long long waited = (clock_now() - group->connected_at) / (SECONDS / 1000);
    if (setting("connect-failure") != NULL) {
        fail(group, (HRESULT)strtoul(setting("connect-failure"), NULL, 16));
        group_disconnect(group);
        return;
    }
    if (own == NULL || clock_now() >= own->to || clock_now() < own->from) {
        fail(group, PEER_E_INVALID_TIME_PERIOD);
        group_disconnect(group);
        return;
    }
    if (waited < (unsigned long long)setting_number("connect-delay", 0)) return;
    int synchronised = record_get(membership, "synchronised") != NULL, connections = 0, teachers = 0;
    for (struct record **at = other_nodes(group); *at != NULL; at++) {
        connections++;
        teachers += record_get(*at, "synchronised") != NULL;
    }
    if (!synchronised && teachers > 0) {
        record_set(membership, "synchronised", "1");
        membership_write(group, membership);
        database_publish(group->name, record_get(membership, "chain"));
        synchronised = 1;
        write_presence(group, record_get(own_presence(group), "targets"), 1);
    }
    if (synchronised) pick_up(group, membership);
    const char *targets = record_get(own_presence(group), "targets");
    int alone_by_address = *targets != 0 && strcmp(targets, " ") != 0 && connections == 0 && record_get(own_presence(group), "cloud") == NULL;
    if (connections == 0 && (!synchronised || alone_by_address)) {
        // Documented: who finds nobody cannot listen before it has synchronised, and is told so in the end.
        if (waited < (unsigned long long)setting_number("connect-patience", 2000)) return;
        fail(group, PEER_E_CONNECTION_FAILED);
        return;
    }
    DWORD status = PEER_GROUP_STATUS_LISTENING | (connections > 0 ? PEER_GROUP_STATUS_HAS_CONNECTIONS : 0);
    if (status != group->status) group_push_event(group, PEER_GROUP_EVENT_STATUS_CHANGED, status, NULL);
    group->status = status;
    tell_members(group);
}

// Connecting -----------------------------------------------------------------------------------------------------------

static HRESULT connect_group(HGROUP handle, const char *targets) {
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    HRESULT ready = groups_ready();
    if (ready != S_OK) return ready;
    if (group->presence_path != NULL && group->status != 0) return PEER_S_ALREADY_CONNECTED;
    group->failed = 0;
    group->connected_at = clock_now();
    if (group->presence_path == NULL) {
        static int nodes;
        make_folder(presence_folder(group));
        char *name = temp_format("%s/%s-%d-%d", presence_folder(group), machine_name(), (int)getpid(), ++nodes);
        group->presence_file = presence_hold(name, "");
        if (group->presence_file < 0) misuse_fatal("cannot hold a presence");
        group->presence_path = strdup(name);
    }
    write_presence(group, targets, record_get(membership_read(group), "synchronised") != NULL);
    if (*targets == 0 && setting_is("cloud", "none")) {
        fail(group, PEER_E_NO_CLOUD);
        group_disconnect(group);
    }
    return S_OK;
}

HRESULT WINAPI PeerGroupConnect(HGROUP handle) {
    ENTER("PeerGroupConnect");
    return connect_group(handle, "");
}

HRESULT WINAPI PeerGroupConnectByAddress(HGROUP handle, ULONG count, PPEER_ADDRESS addresses) {
    ENTER("PeerGroupConnectByAddress");
    if (group_of(handle) == NULL) return PEER_E_INVALID_GROUP;
    if (count == 0 || addresses == NULL) return E_INVALIDARG;
    char *targets = " ", text[INET6_ADDRSTRLEN];
    for (ULONG i = 0; i < count; i++) {
        const SOCKADDR_IN6 *address = &addresses[i].sin6;
        if (addresses[i].dwSize != sizeof *addresses || address->sin6_family != AF_INET6_WINDOWS) return E_INVALIDARG;
        inet_ntop(AF_INET6, address->sin6_addr, text, sizeof text);
        if (ntohs(address->sin6_port) == GROUP_PORT) targets = temp_format("%s%s ", targets, text);
    }
    return connect_group(handle, targets);
}

HRESULT WINAPI PeerGroupGetStatus(HGROUP handle, DWORD *out) {
    ENTER("PeerGroupGetStatus");
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    if (out == NULL) return E_INVALIDARG;
    group_refresh(group);
    *out = group->status;
    return S_OK;
}

// Events ---------------------------------------------------------------------------------------------------------------

HRESULT WINAPI PeerGroupRegisterEvent(HGROUP handle, HANDLE signal, DWORD count, PEER_GROUP_EVENT_REGISTRATION *wanted, HPEEREVENT *out) {
    ENTER("PeerGroupRegisterEvent");
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    if (signal == NULL || count == 0 || wanted == NULL || out == NULL) return E_INVALIDARG;
    unsigned types = 0;
    for (DWORD i = 0; i < count; i++) {
        if ((int)wanted[i].eventType < 1 || wanted[i].eventType > PEER_GROUP_EVENT_AUTHENTICATION_FAILED) return E_INVALIDARG;
        types |= 1u << wanted[i].eventType;
    }
    struct event_registration *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    *made = (struct event_registration){group, types, NULL};
    *out = handle_open(HANDLE_EVENT_REGISTRATION, made);
    return S_OK;
}

static void take_event(struct event_registration *registration) {
    struct event *taken = registration->first;
    registration->first = taken->next;
    free(taken->identity);
    free(taken);
}

HRESULT WINAPI PeerGroupUnregisterEvent(HPEEREVENT handle) {
    ENTER("PeerGroupUnregisterEvent");
    struct event_registration *registration = handle_value(HANDLE_EVENT_REGISTRATION, handle);
    if (registration == NULL) return PEER_E_EVENT_HANDLE_NOT_FOUND;
    handle_close(handle);
    while (registration->first != NULL) take_event(registration);
    free(registration);
    return S_OK;
}

HRESULT WINAPI PeerGroupGetEventData(HPEEREVENT handle, PPEER_GROUP_EVENT_DATA *out) {
    ENTER("PeerGroupGetEventData");
    struct event_registration *registration = handle_value(HANDLE_EVENT_REGISTRATION, handle);
    if (registration == NULL || out == NULL) return E_INVALIDARG;
    *out = NULL;
    if (registration->group != NULL && access(membership_path(registration->group->identity, registration->group->name), F_OK) == 0) {
        group_refresh(registration->group);
    }
    struct event *event = registration->first;
    if (event == NULL) return PEER_S_NO_EVENT_DATA;
    PEER_GROUP_EVENT_DATA *data = *out = block(sizeof *data);
    data->eventType = (PEER_GROUP_EVENT_TYPE)event->type;
    if (event->type == PEER_GROUP_EVENT_STATUS_CHANGED) {
        data->dwStatus = (PEER_GROUP_STATUS)event->value;
    } else if (event->type == PEER_GROUP_EVENT_CONNECTION_FAILED) {
        data->hrConnectionFailedReason = (HRESULT)event->value;
    } else {
        data->memberChangeData.dwSize = sizeof data->memberChangeData;
        data->memberChangeData.changeType = (PEER_MEMBER_CHANGE_TYPE)event->value;
        data->memberChangeData.pwzIdentity = block_child_text(data, event->identity);
    }
    take_event(registration);
    return S_OK;
}
