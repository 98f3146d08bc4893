// Members of groups, invitations and credentials.

#include "group.h"

#include <arpa/inet.h>

WCHAR *invitation_text(const char *chain);

static PEER_CREDENTIAL_INFO *emit_credential(void *of, const struct credential *credential) {
    PEER_CREDENTIAL_INFO *info = block_child(of, sizeof *info);
    info->dwSize = sizeof *info;
    info->pwzFriendlyName = block_child_text(of, credential->subject_name);
    info->pPublicKey = credential_public_key(of, credential->subject_key);
    info->pwzIssuerPeerName = block_child_text(of, credential->issuer);
    info->pwzIssuerFriendlyName = block_child_text(of, credential->issuer_name);
    info->ftValidityStart = to_filetime(credential->from);
    info->ftValidityEnd = to_filetime(credential->to);
    info->cRoles = 1;
    info->pRoles = memcpy(block_child(of, sizeof(GUID)), role_id(credential->role), sizeof(GUID));
    return info;
}

static void *emit_member(void *of, const char *item) {
    struct record *record = record_parse(item);
    struct credential *credential = chain_read(record_get(record, "chain"));
    PEER_MEMBER *member = block_child(of, sizeof *member);
    member->dwSize = sizeof *member;
    member->pwzIdentity = block_child_text(of, credential->subject);
    member->pwzAttributes = block_child_text(of, "");
    member->pCredentialInfo = emit_credential(of, credential);
    if (record_get(record, "addresses") == NULL) return member;
    member->dwFlags = PEER_MEMBER_PRESENT;
    member->ullNodeId = strtoull(name_hash(item) + 24, NULL, 16);
    char *addresses = temp_copy(record_get(record, "addresses"));
    member->pAddresses = block_child(of, 10 * sizeof(PEER_ADDRESS));
    for (char *rest, *at = strtok_r(addresses, " ", &rest); at && member->cAddresses < 10; at = strtok_r(NULL, " ", &rest)) {
        PEER_ADDRESS *address = &member->pAddresses[member->cAddresses++];
        address->dwSize = sizeof *address;
        address->sin6.sin6_family = AF_INET6_WINDOWS;
        address->sin6.sin6_port = htons(3587);
        inet_pton(AF_INET6, at, address->sin6.sin6_addr);
    }
    return member;
}

// A member as the group's database has it; NULL where it is unknown or its credential has ended.
static struct credential *find_member(const struct group *group, const char *identity, const char **chain) {
    struct record *member = record_read(temp_format("%s/members/%s", database_folder(group->name), name_hash(identity)));
    struct credential *credential = member ? chain_read(record_get(member, "chain")) : NULL;
    if (credential == NULL || credential->to <= clock_now()) return NULL;
    *chain = record_get(member, "chain");
    return credential;
}

static char *member_item(const struct group *group, const char *identity, DWORD flags) {
    const char *chain;
    struct record *item = record_new(), *facts;
    if (find_member(group, identity, &chain) == NULL) return NULL;
    record_set(item, "chain", chain);
    if (member_present(group, identity, &facts)) record_set(item, "addresses", record_get(facts, "addresses"));
    else if (flags & PEER_MEMBER_PRESENT) return NULL;
    return record_text(item);
}

HRESULT WINAPI PeerGroupEnumMembers(HGROUP handle, DWORD flags, PCWSTR identity, HPEERENUM *out) {
    ENTER("PeerGroupEnumMembers");
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    if (out == NULL || (flags & ~(DWORD)PEER_MEMBER_PRESENT) != 0) return E_INVALIDARG;
    group_refresh(group);
    int synchronised = record_get(membership_read(group), "synchronised") != NULL;
    char *folder = temp_format("%s/members", database_folder(group->name)), **files = list_folder(folder);
    int count = 0, room = 1;
    while (files[room - 1] != NULL) room++;
    char **items = temp((size_t)room * sizeof *items);
    // The local node comes first.
    const char *first = identity ? narrow(identity) : group->identity;
    char *item = synchronised ? member_item(group, first, flags) : NULL;
    if (item != NULL) items[count++] = item;
    for (int i = 0; synchronised && identity == NULL && files[i] != NULL; i++) {
        struct record *member = record_read(temp_format("%s/%s", folder, files[i]));
        struct credential *credential = member ? chain_read(record_get(member, "chain")) : NULL;
        if (credential == NULL || strcmp(credential->subject, group->identity) == 0) continue;
        item = member_item(group, credential->subject, flags);
        if (item != NULL) items[count++] = item;
    }
    *out = enumeration_open(items, count, emit_member);
    return S_OK;
}

// The own credential, which has to hold still, and the key; NULL with the result where something is in the way.
static struct credential *own_credential(struct group *group, char **chain, EVP_PKEY **key, HRESULT *result) {
    group_refresh(group);
    struct record *membership = membership_read(group), *identity = identity_find(group->identity);
    *result = identity ? S_OK : CODE(0x806320A0);
    if (identity == NULL || (*key = identity_key(identity, result)) == NULL) return NULL;
    *chain = temp_copy(record_get(membership, "chain"));
    struct credential *own = chain_read(*chain);
    if (record_get(membership, "synchronised") == NULL) *result = PEER_E_GROUP_NOT_READY;
    else if (own == NULL || own->to <= clock_now()) *result = PEER_E_INVALID_TIME_PERIOD;
    else return own;
    key_free(*key);
    return NULL;
}

static HRESULT issue(struct credential *given, const struct credential *own, const char *chain, EVP_PKEY *key, char **issued) {
    if (given->to <= clock_now() || given->to > own->to || given->to <= given->from) return PEER_E_INVALID_TIME_PERIOD;
    if (chain_length(chain) >= 24) return PEER_E_CHAIN_TOO_LONG;
    given->group = own->group;
    given->group_name = own->group_name;
    given->cloud = own->cloud;
    given->issuer = own->subject;
    given->issuer_name = own->subject_name;
    *issued = chain_issue(given, key, chain);
    return S_OK;
}

HRESULT WINAPI PeerGroupCreateInvitation(HGROUP handle, PCWSTR information, FILETIME *expiration, ULONG count, const GUID *roles, PWSTR *out) {
    ENTER("PeerGroupCreateInvitation");
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    int role = roles ? role_of(count, roles) : -1;
    if (information == NULL || out == NULL || count == 0 || role < 0) return E_INVALIDARG;
    const char *at = narrow(information);
    char *name, *data = between(&at, "<IDC ", ">") ? between(&at, "", "</IDC>") : NULL;
    EVP_PKEY *subject = data && strncmp(narrow(information), "<PEERIDENTITYINFO VERSION=\"1.0\">", 32) == 0 ? certificate_key(data, &name) : NULL;
    if (subject == NULL || strcmp(at, "</PEERIDENTITYINFO>") != 0) {
        key_free(subject);
        return E_INVALIDARG;
    }
    size_t length;
    uint8_t *bits = key_public_bits(subject, &length);
    key_free(subject);
    HRESULT result;
    char *chain, *issued;
    EVP_PKEY *key;
    struct credential *own = own_credential(group, &chain, &key, &result);
    if (own == NULL) return result;
    struct credential given = {.subject = name, .subject_name = name, .subject_key = base64(bits, length), .role = role,
        .from = clock_now(), .to = expiration ? from_filetime(expiration) : own->to};
    // Nobody invites to a role above the own one, and members not at all.
    result = own->role == ROLE_MEMBER || role > own->role ? PEER_E_NOT_AUTHORIZED : issue(&given, own, chain, key, &issued);
    key_free(key);
    if (result == S_OK) *out = invitation_text(issued);
    return result;
}

HRESULT WINAPI PeerGroupIssueCredentials(HGROUP handle, PCWSTR identity, PEER_CREDENTIAL_INFO *info, DWORD flags, PWSTR *out) {
    ENTER_CHANGE("PeerGroupIssueCredentials");
    struct group *group = group_of(handle);
    if (group == NULL) return PEER_E_INVALID_GROUP;
    if (identity == NULL || (flags & ~(DWORD)PEER_GROUP_STORE_CREDENTIALS) != 0) return E_INVALIDARG;
    // Without publishing, the invitation is the only way to the subject.
    if (flags == 0 && out == NULL) return E_INVALIDARG;
    if (out != NULL) *out = NULL;
    if (info != NULL && (info->dwSize != sizeof *info || info->pPublicKey == NULL || info->pRoles == NULL)) return E_INVALIDARG;
    int role = info ? role_of(info->cRoles, info->pRoles) : 0;
    if (role < 0) return E_INVALIDARG;
    HRESULT result;
    char *chain, *issued, *name = narrow(identity);
    const char *known_chain;
    EVP_PKEY *key;
    struct credential *own = own_credential(group, &chain, &key, &result);
    if (own == NULL) return result;
    struct credential *known = find_member(group, name, &known_chain);
    struct credential given = {.subject = name};
    if (own->role != ROLE_ADMINISTRATOR) {
        result = PEER_E_NOT_AUTHORIZED;
    } else if (info == NULL && known == NULL) {
        result = PEER_E_IDENTITY_NOT_FOUND;
    } else if (info == NULL) {
        given = *known;
        struct record *properties = record_read(temp_format("%s/properties", database_folder(group->name)));
        long long lifetime = record_number(properties, "memberDataLifetime");
        given.from = clock_now();
        given.to = lifetime ? given.from + (unsigned long long)lifetime * SECONDS : own->to;
        if (given.to > own->to) given.to = own->to;
    } else {
        given.subject_name = info->pwzFriendlyName ? narrow(info->pwzFriendlyName) : name;
        given.subject_key = base64(info->pPublicKey->PublicKey.pbData, info->pPublicKey->PublicKey.cbData);
        given.role = role;
        given.from = from_filetime(&info->ftValidityStart);
        given.to = from_filetime(&info->ftValidityEnd);
    }
    if (result == S_OK) result = issue(&given, own, chain, key, &issued);
    key_free(key);
    if (result != S_OK) return result;
    if (chain_read(issued) == NULL) return PEER_E_INVALID_CREDENTIAL;
    if (flags & PEER_GROUP_STORE_CREDENTIALS) {
        database_publish(group->name, issued);
        group_push_event(group, PEER_GROUP_EVENT_MEMBER_CHANGED, PEER_MEMBER_UPDATED, name);
    }
    if (out != NULL) *out = invitation_text(issued);
    return S_OK;
}
