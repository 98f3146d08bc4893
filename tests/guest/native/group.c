// Groups: making, opening, joining, closing, deleting.
//
// What a user belongs to lies in the user's folder; what a group knows of itself and its members lies in the network's
// folder, and a machine looks at it only when it has synchronised.

#include "group.h"

#include <stdio.h>
#include <unistd.h>

#define HOUR 3600u
#define YEAR (365u * 24 * HOUR)

char *membership_path(const char *identity, const char *group) {
    return temp_format("%s/groups/%s", user_folder(), name_hash(temp_format("%s|%s", identity, group)));
}

struct record *membership_read(const struct group *group) {
    return record_read(membership_path(group->identity, group->name));
}

int membership_write(const struct group *group, const struct record *membership) {
    return record_write(membership, membership_path(group->identity, group->name));
}

struct record **memberships_of(const char *identity) {
    char *folder = temp_format("%s/groups", user_folder()), **files = list_folder(folder);
    size_t count = 0, room = 0;
    while (files[room] != NULL) room++;
    struct record **found = temp((room + 1) * sizeof *found);
    for (size_t i = 0; i < room; i++) {
        struct record *membership = record_read(temp_format("%s/%s", folder, files[i]));
        if (membership != NULL && strcmp(record_get(membership, "identity"), identity) == 0) found[count++] = membership;
    }
    return found;
}

char *database_folder(const char *group) { return temp_format("%s/groups/%s", network_folder(), name_hash(group)); }

void database_publish(const char *group, const char *chain) {
    struct credential *credential = chain_read(chain);
    if (credential == NULL) misuse_fatal("a credential of the double's own is not trusted");
    char *folder = temp_format("%s/members", database_folder(group));
    char *path = temp_format("%s/%s", folder, name_hash(credential->subject));
    make_folder(folder);
    struct record *known = record_read(path);
    if (known != NULL && record_number(known, "to") >= (long long)credential->to) return;
    struct record *member = record_new();
    record_set(member, "chain", chain);
    record_set_number(member, "to", (long long)credential->to);
    record_write(member, path);
}

// Startup and shutdown -------------------------------------------------------------------------------------------------

HRESULT WINAPI PeerGroupStartup(WORD version, PPEER_VERSION_DATA out) {
    ENTER("PeerGroupStartup");
    if (out == NULL) return E_INVALIDARG;
    if (version != PEER_GROUP_VERSION && version != MAKEWORD(1, 0)) return PEER_E_UNSUPPORTED_VERSION;
    if (setting("license") != NULL) return PEER_E_NOT_LICENSED;
    if (setting_is("ipv6", "off")) return PEER_E_IPV6_NOT_INSTALLED;
    if (setting_is("pnrp", "stopped")) return E_SERVICE_DEPENDENCY_FAIL;
    *out = (PEER_VERSION_DATA){version, PEER_GROUP_VERSION};
    count_startup("group", 1);
    return S_OK;
}

HRESULT WINAPI PeerGroupShutdown(void) {
    ENTER("PeerGroupShutdown");
    if (startups("group") == 0) return PEER_E_NOT_INITIALIZED;
    count_startup("group", -1);
    if (startups("group") == 0 && handle_at(HANDLE_GROUP, 0, NULL) != NULL) {
        misuse("PeerGroupShutdown: a group is still open");
    }
    return S_OK;
}

HRESULT groups_ready(void) {
    if (startups("group") == 0) return PEER_E_NOT_INITIALIZED;
    if (setting_is("pnrp", "stopped")) return PEER_E_SERVICE_NOT_AVAILABLE;
    return identities_ready();
}

// Handles --------------------------------------------------------------------------------------------------------------

static HGROUP group_open_handle(const char *identity, const char *name) {
    struct group *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    made->name = strdup(name);
    made->identity = strdup(identity);
    made->seen = strdup("");
    made->presence_file = -1;
    return handle_open(HANDLE_GROUP, made);
}

// An open group whose data are there still: PeerGroupDelete makes every handle of it invalid, in all processes.
struct group *group_of(HGROUP handle) {
    struct group *group = handle_value(HANDLE_GROUP, handle);
    return group != NULL && access(membership_path(group->identity, group->name), F_OK) == 0 ? group : NULL;
}

HRESULT WINAPI PeerGroupClose(HGROUP handle) {
    ENTER("PeerGroupClose");
    // A handle made invalid by PeerGroupDelete has to be closed all the same, or the process keeps it.
    struct group *group = handle_value(HANDLE_GROUP, handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    HRESULT result = group_of(handle) != NULL ? S_OK : PEER_E_INVALID_GROUP;
    group_disconnect(group);
    group_forget_events(group);
    handle_close(handle);
    free(group->name);
    free(group->identity);
    free(group->seen);
    free(group);
    return result;
}

// Whether a cloud of this name is here; NULL is the global one.
static HRESULT find_cloud(PCWSTR cloud) {
    const char *set = setting("cloud");
    int none = set != NULL && strcmp(set, "none") == 0;
    if (none || (cloud != NULL && strcmp(narrow(cloud), "Global_") != 0 && strcmp(narrow(cloud), "global") != 0)) {
        return PEER_E_NO_CLOUD;
    }
    return S_OK;
}

static int invalid_lifetime(ULONG seconds) { return seconds != 0 && (seconds < 8 * HOUR || seconds > 10 * YEAR); }

static int longer(PCWSTR text, size_t most) { return text != NULL && wide_length(text) > most; }

// The identity's name, its record and key; the key has to be freed.
static HRESULT find_identity(PCWSTR given, char **name, EVP_PKEY **key) {
    HRESULT result = S_OK;
    char *authority, *classifier;
    *name = given ? narrow(given) : identity_default(&result);
    if (*name == NULL) return result;
    if (!peer_name_split(*name, &authority, &classifier)) return PEER_E_INVALID_PEER_NAME;
    struct record *identity = identity_find(*name);
    if (identity == NULL) return PEER_E_IDENTITY_NOT_FOUND;
    *key = identity_key(identity, &result);
    return result;
}

HRESULT WINAPI PeerGroupCreate(PPEER_GROUP_PROPERTIES given, HGROUP *out) {
    ENTER_CHANGE("PeerGroupCreate");
    if (given == NULL || out == NULL || given->dwSize != sizeof *given) return E_INVALIDARG;
    HRESULT result = groups_ready();
    if (result != S_OK) return result;
    if (longer(given->pwzClassifier, 149)) return PEER_E_INVALID_CLASSIFIER;
    if (given->pwzGroupPeerName != NULL || longer(given->pwzFriendlyName, 255) || longer(given->pwzComment, 255) ||
        invalid_lifetime(given->ulMemberDataLifetime) || (given->ulPresenceLifetime != 0 && given->ulPresenceLifetime < 300) ||
        (given->dwAuthenticationSchemes & ~(DWORD)PEER_GROUP_GMC_AUTHENTICATION) != 0) {
        return PEER_E_INVALID_GROUP_PROPERTIES;
    }
    if ((result = find_cloud(given->pwzCloud)) != S_OK) return result;
    char *creator;
    EVP_PKEY *key;
    if ((result = find_identity(given->pwzCreatorPeerName, &creator, &key)) != S_OK) return result;
    EVP_PKEY *root = key_generate();
    char *classifier = given->pwzClassifier ? narrow(given->pwzClassifier) : "";
    char *name = temp_format("%s.%s", key_authority(root), classifier);
    // A key of the pool that was used before: names have to differ all the same.
    for (int i = 1; access(database_folder(name), F_OK) == 0; i++) {
        name = temp_format("%s.%s~%d", key_authority(root), classifier, i);
    }
    size_t length;
    uint8_t *bits = key_public_bits(key, &length);
    struct credential credential = {
        .group = name, .group_name = given->pwzFriendlyName ? narrow(given->pwzFriendlyName) : name,
        .cloud = given->pwzCloud ? narrow(given->pwzCloud) : "Global_", .subject = creator,
        .subject_name = temp_copy(record_get(identity_find(creator), "friendlyName")), .subject_key = base64(bits, length),
        .issuer = name, .issuer_name = name, .role = ROLE_ADMINISTRATOR,
        .from = clock_now() - 60 * SECONDS,
        .to = clock_now() + (unsigned long long)setting_number("creator-lifetime", 10 * YEAR) * SECONDS};
    char *chain = chain_issue(&credential, root, "");
    key_free(key);
    key_free(root);
    make_folder(database_folder(name));
    struct record *properties = record_new();
    record_set(properties, "cloud", credential.cloud);
    record_set(properties, "classifier", classifier);
    record_set(properties, "group", name);
    record_set(properties, "creator", creator);
    record_set(properties, "friendlyName", credential.group_name);
    record_set(properties, "comment", given->pwzComment ? narrow(given->pwzComment) : "");
    record_set_number(properties, "memberDataLifetime", given->ulMemberDataLifetime);
    record_set_number(properties, "presenceLifetime", given->ulPresenceLifetime ? given->ulPresenceLifetime : 300);
    record_write(properties, temp_format("%s/properties", database_folder(name)));
    database_publish(name, chain);
    struct record *membership = record_new();
    record_set(membership, "identity", creator);
    record_set(membership, "peerName", name);
    record_set(membership, "friendlyName", credential.group_name);
    record_set(membership, "chain", chain);
    record_set(membership, "synchronised", "1");
    make_folder(temp_format("%s/groups", user_folder()));
    if (record_write(membership, membership_path(creator, name)) != 0) return PEER_E_DISK_FULL;
    *out = group_open_handle(creator, name);
    return S_OK;
}

HRESULT WINAPI PeerGroupOpen(PCWSTR identity, PCWSTR group, PCWSTR cloud, HGROUP *out) {
    ENTER("PeerGroupOpen");
    if (identity == NULL || group == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = groups_ready();
    // The page names the cloud that the caller specifies. Without one, what is missing shows when the group is connected.
    if (result == S_OK && cloud != NULL) result = find_cloud(cloud);
    if (result != S_OK) return result;
    char *name;
    EVP_PKEY *key;
    if ((result = find_identity(identity, &name, &key)) != S_OK) return result;
    key_free(key);
    if (record_read(membership_path(name, narrow(group))) == NULL) return PEER_E_NOT_FOUND;
    *out = group_open_handle(name, narrow(group));
    return S_OK;
}

// The one form of an invitation, as bytes of UTF-8.
static char *invitation_document(const char *chain) {
    return temp_format(
        "<PEERINVITATION VERSION=\"1.0\"><DATA xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\">%s"
        "</DATA></PEERINVITATION>",
        base64((const uint8_t *)chain, strlen(chain)));
}

WCHAR *invitation_text(const char *chain) { return block_text(invitation_document(chain)); }

// PEER_E_INVITATION_NOT_TRUSTED for anything that was altered, whatever its time.
static HRESULT read_invitation(PCWSTR invitation, char **chain, struct credential **credential) {
    char *text = narrow(invitation);
    const char *at = text, *begin = "<PEERINVITATION VERSION=\"";
    if (strncmp(text, begin, strlen(begin)) == 0 && strncmp(text + strlen(begin), "1.0\"", 4) != 0) {
        return PEER_E_UNSUPPORTED_VERSION;
    }
    size_t length;
    char *data = between(&at, "<DATA ", ">") ? between(&at, "", "</DATA>") : NULL;
    *chain = data ? (char *)unbase64(data, &length) : NULL;
    if (*chain == NULL || strlen(*chain) != length) return PEER_E_INVITATION_NOT_TRUSTED;
    if (strcmp(invitation_document(*chain), text) != 0) return PEER_E_INVITATION_NOT_TRUSTED;
    *credential = chain_read(*chain);
    return *credential ? S_OK : PEER_E_INVITATION_NOT_TRUSTED;
}

HRESULT WINAPI PeerGroupParseInvitation(PCWSTR invitation, PPEER_INVITATION_INFO *out) {
    ENTER("PeerGroupParseInvitation");
    if (invitation == NULL || out == NULL) return E_INVALIDARG;
    if (startups("group") == 0) return PEER_E_NOT_INITIALIZED;
    char *chain;
    struct credential *credential;
    HRESULT result = read_invitation(invitation, &chain, &credential);
    if (result != S_OK) return result;
    PEER_INVITATION_INFO *info = *out = block(sizeof *info);
    info->dwSize = sizeof *info;
    info->pwzCloudName = block_child_text(info, credential->cloud);
    info->dwScope = PNRP_GLOBAL_SCOPE;
    info->pwzGroupPeerName = block_child_text(info, credential->group);
    info->pwzIssuerPeerName = block_child_text(info, credential->issuer);
    info->pwzSubjectPeerName = block_child_text(info, credential->subject);
    info->pwzGroupFriendlyName = block_child_text(info, credential->group_name);
    info->pwzIssuerFriendlyName = block_child_text(info, credential->issuer_name);
    info->pwzSubjectFriendlyName = block_child_text(info, credential->subject_name);
    info->ftValidityStart = to_filetime(credential->from);
    info->ftValidityEnd = to_filetime(credential->to);
    info->cRoles = 1;
    info->pRoles = memcpy(block_child(info, sizeof(GUID)), role_id(credential->role), sizeof(GUID));
    info->pSubjectPublicKey = credential_public_key(info, credential->subject_key);
    info->authScheme = PEER_GROUP_GMC_AUTHENTICATION;
    return S_OK;
}

HRESULT WINAPI PeerGroupJoin(PCWSTR identity, PCWSTR invitation, PCWSTR cloud, HGROUP *out) {
    ENTER_CHANGE("PeerGroupJoin");
    if (invitation == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = groups_ready();
    if (result == S_OK) result = find_cloud(cloud);
    if (result != S_OK) return result;
    char *name, *chain;
    EVP_PKEY *key;
    if ((result = find_identity(identity, &name, &key)) != S_OK) return result;
    key_free(key);
    struct credential *credential;
    if ((result = read_invitation(invitation, &chain, &credential)) != S_OK) return result;
    if (strcmp(credential->subject, name) != 0) return PEER_E_INVITATION_NOT_TRUSTED;
    if (clock_now() < credential->from || clock_now() >= credential->to) return PEER_E_INVALID_TIME_PERIOD;
    char *path = membership_path(name, credential->group);
    struct record *membership = record_read(path);
    result = membership ? PEER_S_ALREADY_A_MEMBER : S_OK;
    if (membership == NULL) {
        membership = record_new();
        record_set(membership, "identity", name);
        record_set(membership, "peerName", credential->group);
        record_set(membership, "friendlyName", credential->group_name);
        record_set(membership, "chain", chain);
        make_folder(temp_format("%s/groups", user_folder()));
        if (record_write(membership, path) != 0) return PEER_E_DISK_FULL;
    }
    *out = group_open_handle(name, credential->group);
    return result;
}

HRESULT WINAPI PeerGroupDelete(PCWSTR identity, PCWSTR group) {
    ENTER_CHANGE("PeerGroupDelete");
    if (group == NULL) return E_INVALIDARG;
    HRESULT result = startups("group") == 0 ? PEER_E_NOT_INITIALIZED : identities_ready();
    if (result != S_OK) return result;
    char *name = identity ? narrow(identity) : identity_default(&result);
    if (name == NULL) return result;
    return unlink(membership_path(name, narrow(group))) == 0 ? S_OK : PEER_E_NOT_FOUND;
}

HRESULT WINAPI PeerEnumGroups(PCWSTR identity, HPEERENUM *out) {
    ENTER("PeerEnumGroups");
    if (identity == NULL || out == NULL) return E_INVALIDARG;
    HRESULT ready = identities_ready();
    if (ready != S_OK) return ready;
    if (identity_find(narrow(identity)) == NULL) return PEER_E_NOT_FOUND;
    struct record **found = memberships_of(narrow(identity));
    int count = 0;
    while (found[count] != NULL) count++;
    char **items = temp((size_t)count * sizeof *items);
    for (int i = 0; i < count; i++) items[i] = record_text(found[i]);
    *out = enumeration_open(items, count, emit_name_pair);
    return S_OK;
}

HRESULT WINAPI PeerGroupGetProperties(HGROUP handle, PPEER_GROUP_PROPERTIES *out) {
    ENTER("PeerGroupGetProperties");
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    if (out == NULL) return E_INVALIDARG;
    group_refresh(group);
    if (record_get(membership_read(group), "synchronised") == NULL) return PEER_E_GROUP_NOT_READY;
    struct record *known = record_read(temp_format("%s/properties", database_folder(group->name)));
    if (known == NULL) return PEER_E_GROUP_NOT_READY;
    PEER_GROUP_PROPERTIES *properties = *out = block(sizeof *properties);
    properties->dwSize = sizeof *properties;
    properties->pwzCloud = block_child_text(properties, record_get(known, "cloud"));
    properties->pwzClassifier = block_child_text(properties, record_get(known, "classifier"));
    properties->pwzGroupPeerName = block_child_text(properties, group->name);
    properties->pwzCreatorPeerName = block_child_text(properties, record_get(known, "creator"));
    properties->pwzFriendlyName = block_child_text(properties, record_get(known, "friendlyName"));
    properties->pwzComment = block_child_text(properties, record_get(known, "comment"));
    properties->ulMemberDataLifetime = (ULONG)record_number(known, "memberDataLifetime");
    properties->ulPresenceLifetime = (ULONG)record_number(known, "presenceLifetime");
    properties->dwAuthenticationSchemes = PEER_GROUP_GMC_AUTHENTICATION;
    return S_OK;
}
