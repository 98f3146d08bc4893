// PNRP: names registered in clouds, as long as their process lives; resolving; the clouds and their states.

#include "double.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

struct registration {
    char *name, *path;
    int file;
};

HRESULT WINAPI PeerPnrpStartup(WORD version) {
    ENTER("PeerPnrpStartup");
    if (version != PNRP_VERSION) return PEER_E_UNSUPPORTED_VERSION;
    if (setting_is("ipv6", "off")) return PEER_E_IPV6_NOT_INSTALLED;
    if (setting_is("pnrp", "stopped")) return PEER_E_SERVICE_NOT_AVAILABLE;
    count_startup("pnrp", 1);
    return S_OK;
}

HRESULT WINAPI PeerPnrpShutdown(void) {
    ENTER("PeerPnrpShutdown");
    if (startups("pnrp") == 0) return PEER_E_NOT_INITIALIZED;
    count_startup("pnrp", -1);
    if (startups("pnrp") == 0 && handle_at(HANDLE_REGISTRATION, 0, NULL) != NULL) {
        misuse("PeerPnrpShutdown: a name is still registered");
    }
    return S_OK;
}

static HRESULT pnrp_ready(void) {
    if (startups("pnrp") == 0) return PEER_E_NOT_INITIALIZED;
    if (user_folder() == NULL) return E_ACCESSDENIED;
    if (setting_is("ipv6", "off")) return PEER_E_IPV6_NOT_INSTALLED;
    return setting_is("pnrp", "stopped") ? PEER_E_SERVICE_NOT_AVAILABLE : S_OK;
}

static char *names_folder(const char *name) { return temp_format("%s/names/%s", network_folder(), name_hash(name)); }

// Registering ----------------------------------------------------------------------------------------------------------

// The registration as a record; E_INVALIDARG and the like where the information is wrong.
static HRESULT describe(const char *name, const PEER_PNRP_REGISTRATION_INFO *info, struct record *record) {
    char *addresses = " ", *authority, *classifier, text[INET6_ADDRSTRLEN];
    if (!peer_name_split(name, &authority, &classifier)) return E_INVALIDARG;
    if (info == NULL || info->cAddresses == PEER_PNRP_AUTO_ADDRESSES) {
        for (char **at = machine_addresses(); *at != NULL; at++) addresses = temp_format("%s%s ", addresses, *at);
    } else {
        if (info->cAddresses > PNRP_MAX_ENDPOINT_ADDRESSES || info->ppAddresses == NULL) return E_INVALIDARG;
        for (ULONG i = 0; i < info->cAddresses; i++) {
            const SOCKADDR_IN6 *address = (const SOCKADDR_IN6 *)info->ppAddresses[i];
            if (address == NULL || address->sin6_family != AF_INET6_WINDOWS) return E_INVALIDARG;
            addresses = temp_format("%s%s ", addresses, inet_ntop(AF_INET6, address->sin6_addr, text, sizeof text));
        }
    }
    if (info != NULL && info->pwzComment != NULL && wide_length(info->pwzComment) > 39) return E_INVALIDARG;
    if (info != NULL && info->payload.cbData > PNRP_MAX_EXTENDED_PAYLOAD_BYTES) return E_INVALIDARG;
    if (strcmp(authority, "0") != 0) {
        // A secure name is registered by the owner of its key.
        HRESULT result = identities_ready();
        char *identity = info && info->pwzPublishingIdentity ? narrow(info->pwzPublishingIdentity) : NULL;
        if (result == S_OK && identity == NULL) identity = identity_default(&result);
        if (result != S_OK) return result;
        struct record *known = identity_find(identity);
        if (known == NULL) return PEER_E_IDENTITY_NOT_FOUND;
        if (strncmp(identity, name, 41) != 0) return PEER_E_INVALID_IDENTITY;
        EVP_PKEY *key = identity_key(known, &result);
        key_free(key);
        if (key == NULL) return result;
    }
    record_set(record, "name", name);
    record_set(record, "machine", machine_name());
    record_set_number(record, "process", getpid());
    record_set(record, "addresses", addresses);
    record_set_number(record, "port", info ? info->wPort : 0);
    record_set(record, "comment", info && info->pwzComment ? narrow(info->pwzComment) : "");
    record_set(record, "payload", info ? base64(info->payload.pbData, info->payload.cbData) : "");
    if (setting_is("cloud", "alone")) record_set(record, "alone", "1");
    return S_OK;
}

static HRESULT check_cloud(const char *cloud) {
    const char *set = setting("cloud");
    if (set != NULL && strcmp(set, "none") == 0) return PEER_E_NO_CLOUD;
    const char *known[] = {"Global_", "GLOBAL_", "PEER_PNRP_ALL_LINKS", "LinkLocal_ff00::%4/8"};
    for (int i = 0; cloud != NULL && i < 4; i++) {
        if (strcmp(cloud, known[i]) == 0) return S_OK;
    }
    return cloud ? PEER_E_CLOUD_NOT_FOUND : S_OK;
}

// The live registrations of a name; NULL-terminated.
static struct record **registrations_of(const char *name) {
    char *folder = names_folder(name), **files = list_folder(folder);
    size_t count = 0, room = 0;
    while (files[room] != NULL) room++;
    struct record **found = temp((room + 1) * sizeof *found);
    for (size_t i = 0; i < room; i++) {
        char *path = temp_format("%s/%s", folder, files[i]);
        struct record *record = presence_alive(path) ? record_read(path) : NULL;
        if (record != NULL && record_get(record, "name") != NULL) found[count++] = record;
    }
    return found;
}

HRESULT WINAPI PeerPnrpRegister(PCWSTR name, PPEER_PNRP_REGISTRATION_INFO info, HREGISTRATION *out) {
    ENTER("PeerPnrpRegister");
    if (name == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = pnrp_ready();
    if (result == S_OK) result = check_cloud(info ? narrow(info->pwzCloudName) : NULL);
    struct record *record = record_new();
    if (result == S_OK) result = describe(narrow(name), info, record);
    if (result != S_OK) return result;
    for (struct record **at = registrations_of(narrow(name)); *at != NULL; at++) {
        if (strcmp(record_get(*at, "machine"), machine_name()) == 0) return PEER_E_DUPLICATE_PEER_NAME;
    }
    static int count;
    char *folder = names_folder(narrow(name));
    char *path = temp_format("%s/%s-%d-%d", folder, machine_name(), (int)getpid(), ++count);
    make_folder(folder);
    int file = presence_hold(path, record_text(record));
    struct registration *made = calloc(1, sizeof *made);
    if (file < 0 || made == NULL) misuse_fatal("cannot hold a registration");
    *made = (struct registration){strdup(narrow(name)), strdup(path), file};
    *out = handle_open(HANDLE_REGISTRATION, made);
    return S_OK;
}

HRESULT WINAPI PeerPnrpUpdateRegistration(HREGISTRATION handle, PPEER_PNRP_REGISTRATION_INFO info) {
    ENTER("PeerPnrpUpdateRegistration");
    struct registration *registration = handle_value(HANDLE_REGISTRATION, handle);
    if (registration == NULL || info == NULL) return E_INVALIDARG;
    struct record *record = record_new();
    HRESULT result = pnrp_ready();
    if (result == S_OK) result = describe(registration->name, info, record);
    if (result != S_OK) return result;
    char *text = record_text(record);
    if (ftruncate(registration->file, 0) != 0 || pwrite(registration->file, text, strlen(text), 0) < 0) {
        misuse_fatal("cannot write a registration");
    }
    return S_OK;
}

HRESULT WINAPI PeerPnrpUnregister(HREGISTRATION handle) {
    ENTER("PeerPnrpUnregister");
    struct registration *registration = handle_value(HANDLE_REGISTRATION, handle);
    if (registration == NULL) return E_INVALIDARG;
    handle_close(handle);
    presence_release(registration->file, registration->path);
    free(registration->name);
    free(registration->path);
    free(registration);
    return S_OK;
}

// Resolving ------------------------------------------------------------------------------------------------------------

// What this process may find: what it registered itself is not recognised in it.
static struct record **resolve(const char *name) {
    struct record **all = registrations_of(name);
    size_t count = 0;
    for (size_t i = 0; all[i] != NULL; i++) {
        int own = record_number(all[i], "process") == getpid();
        int here = strcmp(record_get(all[i], "machine"), machine_name()) == 0;
        int apart = record_get(all[i], "alone") != NULL || setting_is("cloud", "alone");
        if (!own && (here || !apart)) all[count++] = all[i];
    }
    all[count] = NULL;
    return all;
}

static void emit_endpoint(void *of, PEER_PNRP_ENDPOINT_INFO *endpoint, const struct record *record) {
    size_t length;
    char *addresses = temp_copy(record_get(record, "addresses"));
    uint8_t *payload = unbase64(record_get(record, "payload"), &length);
    endpoint->pwzPeerName = block_child_text(of, record_get(record, "name"));
    endpoint->pwzComment = block_child_text(of, record_get(record, "comment"));
    endpoint->ppAddresses = block_child(of, PNRP_MAX_ENDPOINT_ADDRESSES * sizeof(SOCKADDR *));
    for (char *rest, *at = strtok_r(addresses, " ", &rest); at != NULL; at = strtok_r(NULL, " ", &rest)) {
        SOCKADDR_IN6 *address = block_child(of, sizeof *address);
        address->sin6_family = AF_INET6_WINDOWS;
        address->sin6_port = htons((uint16_t)record_number(record, "port"));
        inet_pton(AF_INET6, at, address->sin6_addr);
        endpoint->ppAddresses[endpoint->cAddresses++] = (SOCKADDR *)address;
    }
    if (payload == NULL || length == 0) return;
    endpoint->payload.cbData = (ULONG)length;
    endpoint->payload.pbData = memcpy(block_child(of, length), payload, length);
}

HRESULT WINAPI PeerPnrpResolve(PCWSTR name, PCWSTR cloud, ULONG *count, PPEER_PNRP_ENDPOINT_INFO *out) {
    ENTER("PeerPnrpResolve");
    if (name == NULL || count == NULL || *count == 0 || out == NULL) return E_INVALIDARG;
    HRESULT result = pnrp_ready();
    if (result == S_OK) result = check_cloud(narrow(cloud));
    if (result != S_OK) return result;
    struct record **found = resolve(narrow(name));
    ULONG given = 0;
    while (found[given] != NULL && given < *count) given++;
    *count = given;
    *out = given > 0 ? block(given * sizeof **out) : NULL;
    for (ULONG i = 0; i < given; i++) emit_endpoint(*out, &(*out)[i], found[i]);
    return S_OK;
}

struct resolution {
    char *name;
    ULONG at, most;
};

HRESULT WINAPI PeerPnrpStartResolve(PCWSTR name, PCWSTR cloud, ULONG most, HANDLE signal, HRESOLUTION *out) {
    ENTER("PeerPnrpStartResolve");
    if (name == NULL || most == 0 || signal == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = pnrp_ready();
    if (result == S_OK) result = check_cloud(narrow(cloud));
    if (result != S_OK) return result;
    struct resolution *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    *made = (struct resolution){strdup(narrow(name)), 0, most};
    *out = handle_open(HANDLE_RESOLUTION, made);
    return S_OK;
}

HRESULT WINAPI PeerPnrpGetEndpoint(HRESOLUTION handle, PPEER_PNRP_ENDPOINT_INFO *out) {
    ENTER("PeerPnrpGetEndpoint");
    struct resolution *resolution = handle_value(HANDLE_RESOLUTION, handle);
    if (resolution == NULL || out == NULL) return E_INVALIDARG;
    struct record **found = resolve(resolution->name);
    ULONG there = 0;
    while (found[there] != NULL) there++;
    if (resolution->at >= there || resolution->at >= resolution->most) return PEER_E_NO_MORE;
    *out = block(sizeof **out);
    emit_endpoint(*out, *out, found[resolution->at++]);
    return S_OK;
}

HRESULT WINAPI PeerPnrpEndResolve(HRESOLUTION handle) {
    ENTER("PeerPnrpEndResolve");
    struct resolution *resolution = handle_value(HANDLE_RESOLUTION, handle);
    if (resolution == NULL) return E_INVALIDARG;
    handle_close(handle);
    free(resolution->name);
    free(resolution);
    return S_OK;
}

// Clouds ---------------------------------------------------------------------------------------------------------------

// Whether any other machine has something registered or is connected to a group.
static int others_there(void) {
    const char *kinds[] = {"names", "groups"};
    for (int kind = 0; kind < 2; kind++) {
        char *folder = temp_format("%s/%s", network_folder(), kinds[kind]);
        for (char **at = list_folder(folder); *at != NULL; at++) {
            char *inner = temp_format(kind == 0 ? "%s/%s" : "%s/%s/present", folder, *at);
            for (char **file = list_folder(inner); *file != NULL; file++) {
                char *path = temp_format("%s/%s", inner, *file);
                struct record *record = presence_alive(path) ? record_read(path) : NULL;
                const char *machine = record ? record_get(record, "machine") : NULL;
                if (machine != NULL && strcmp(machine, machine_name()) != 0 && record_get(record, "alone") == NULL) return 1;
            }
        }
    }
    return 0;
}

int cloud_list(struct cloud *clouds) {
    const char *set = setting("cloud"), *state = setting("cloud-state");
    if (set != NULL && strcmp(set, "none") == 0) return 0;
    int alone = (set != NULL && strcmp(set, "alone") == 0) || !others_there();
    clouds[0] = (struct cloud){"Global_", PNRP_GLOBAL_SCOPE, 0, alone ? PNRP_CLOUD_STATE_ALONE : PNRP_CLOUD_STATE_ACTIVE};
    // Azure carries no multicast, so that nobody is found on the link.
    clouds[1] = (struct cloud){"LinkLocal_ff00::%4/8", PNRP_LINK_LOCAL_SCOPE, 4, PNRP_CLOUD_STATE_ALONE};
    if (state != NULL) clouds[0].state = atoi(state);
    return 2;
}

HRESULT WINAPI PeerPnrpGetCloudInfo(ULONG *count, PPEER_PNRP_CLOUD_INFO *out) {
    ENTER("PeerPnrpGetCloudInfo");
    if (count == NULL || out == NULL) return E_INVALIDARG;
    HRESULT ready = pnrp_ready();
    if (ready != S_OK) return ready;
    struct cloud clouds[2];
    *count = (ULONG)cloud_list(clouds);
    *out = *count > 0 ? block(*count * sizeof **out) : NULL;
    for (ULONG i = 0; i < *count; i++) {
        (*out)[i].pwzCloudName = block_child_text(*out, clouds[i].name);
        (*out)[i].dwScope = (PNRP_SCOPE)clouds[i].scope;
        (*out)[i].dwScopeId = (DWORD)clouds[i].scope_id;
    }
    return S_OK;
}
