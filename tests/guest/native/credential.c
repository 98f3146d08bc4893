// Credentials of members: who may be in a group in which role and until when, signed from the group's own key on.
//
// What an invitation carries is the credential of the invitee: PeerGroupCreateInvitation's page bounds the expiry of an
// invitation by the remaining lifetime of the issuer, which is a rule for credentials.

#include "group.h"

#include <stdio.h>

const GUID *role_id(int role) {
    return role == ROLE_ADMINISTRATOR    ? &PEER_GROUP_ROLE_ADMIN
           : role == ROLE_INVITING_MEMBER ? &PEER_GROUP_ROLE_INVITING_MEMBER
                                          : &PEER_GROUP_ROLE_MEMBER;
}

int role_of(ULONG count, const GUID *roles) {
    int highest = -1;
    for (ULONG i = 0; i < count; i++) {
        int role = ROLE_ADMINISTRATOR;
        while (role >= 0 && memcmp(&roles[i], role_id(role), sizeof(GUID)) != 0) role--;
        if (role < 0) return -1;
        if (role > highest) highest = role;
    }
    return highest;
}

static const char *const texts[] = {"group", "groupName", "cloud", "subject", "subjectName", "subjectKey", "issuer", "issuerName"};

static char **text_of(struct credential *credential, int index) {
    char **all[] = {&credential->group, &credential->group_name, &credential->cloud, &credential->subject,
        &credential->subject_name, &credential->subject_key, &credential->issuer, &credential->issuer_name};
    return all[index];
}

static struct record *statement(const struct credential *credential) {
    struct record *record = record_new();
    for (int i = 0; i < 8; i++) record_set(record, texts[i], *text_of((struct credential *)credential, i));
    record_set_number(record, "role", credential->role);
    record_set_number(record, "from", (long long)credential->from);
    record_set_number(record, "to", (long long)credential->to);
    return record;
}

char *chain_issue(const struct credential *credential, EVP_PKEY *issuer_key, const char *issuer_chain) {
    struct record *record = statement(credential);
    if (*issuer_chain == 0) {
        size_t length;
        uint8_t *bits = key_public_bits(issuer_key, &length);
        record_set(record, "issuerKey", base64(bits, length));
    }
    record_set(record, "signature", key_sign(issuer_key, record_text(record)));
    char *text = record_text(record);
    char *own = base64((uint8_t *)text, strlen(text));
    return *issuer_chain ? temp_format("%s,%s", own, issuer_chain) : own;
}

static EVP_PKEY *parse_key(const char *encoded) {
    size_t length;
    uint8_t *bits = encoded ? unbase64(encoded, &length) : NULL;
    return bits ? key_from_public_bits(bits, length) : NULL;
}

// Whether the name's authority is the hash of the key.
static int owns(const char *encoded_key, const char *name) {
    char *authority, *classifier;
    EVP_PKEY *key = parse_key(encoded_key);
    int right = key != NULL && peer_name_split(name, &authority, &classifier) && strcmp(key_authority(key), authority) == 0;
    key_free(key);
    return right;
}

// Signatures found right before: a group's chains are looked at again and again.
static int known_right(const char *text, int remember) {
    static char known[256][41];
    static unsigned at;
    char *hash = name_hash(text);
    for (int i = 0; i < 256; i++) {
        if (strcmp(known[i], hash) == 0) return 1;
    }
    if (remember) strcpy(known[at++ % 256], hash);
    return 0;
}

static struct credential *read_signed(const struct record *record, const char *issuer_key) {
    struct credential *credential = temp(sizeof *credential);
    for (int i = 0; i < 8; i++) {
        *text_of(credential, i) = temp_copy(record_get(record, texts[i]));
        if (*text_of(credential, i) == NULL) return NULL;
    }
    credential->role = (int)record_number(record, "role");
    credential->from = (unsigned long long)record_number(record, "from");
    credential->to = (unsigned long long)record_number(record, "to");
    struct record *stated = statement(credential);
    if (record_get(record, "issuerKey") != NULL) record_set(stated, "issuerKey", record_get(record, "issuerKey"));
    char *all = temp_format("%s|%s", record_text(record), issuer_key);
    if (known_right(all, 0)) return credential;
    EVP_PKEY *key = parse_key(issuer_key);
    int right = key != NULL && key_verify(key, record_text(stated), record_get(record, "signature")) &&
                owns(credential->subject_key, credential->subject);
    key_free(key);
    if (right) known_right(all, 1);
    return right ? credential : NULL;
}

int chain_length(const char *chain) {
    int length = *chain != 0;
    for (; *chain != 0; chain++) length += *chain == ',';
    return length;
}

struct credential *chain_read(const char *chain) {
    size_t end = strcspn(chain, ","), length;
    char *first = memcpy(temp(end), chain, end);
    uint8_t *text = unbase64(first, &length);
    if (text == NULL || strlen((char *)text) != length) return NULL;
    struct record *record = record_parse((char *)text);
    const char *root = record_get(record, "issuerKey");
    if (chain[end] == 0) {
        // The group's own key begins every chain, and the group's name is its hash.
        struct credential *credential = root ? read_signed(record, root) : NULL;
        char *pair = credential ? temp_format("%s|%s", root, credential->group) : "";
        int owned = credential && (known_right(pair, 0) || owns(root, credential->group));
        if (owned) known_right(pair, 1);
        int right = owned && strcmp(credential->issuer, credential->group) == 0;
        return right ? credential : NULL;
    }
    struct credential *issuer = chain_read(chain + end + 1);
    struct credential *credential = issuer && root == NULL ? read_signed(record, issuer->subject_key) : NULL;
    int right = credential && strcmp(credential->issuer, issuer->subject) == 0 &&
                strcmp(credential->group, issuer->group) == 0 && issuer->role != ROLE_MEMBER &&
                credential->role <= issuer->role && credential->to <= issuer->to;
    return right ? credential : NULL;
}

CERT_PUBLIC_KEY_INFO *credential_public_key(void *of, const char *subject_key) {
    EVP_PKEY *key = parse_key(subject_key);
    CERT_PUBLIC_KEY_INFO *info = key ? block_public_key(of, key) : NULL;
    key_free(key);
    return info;
}
