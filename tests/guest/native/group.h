// What the parts of grouping share.
#ifndef PEER_DOUBLE_GROUP_H
#define PEER_DOUBLE_GROUP_H

#include "double.h"

// An open group of this process. Texts belong to it.
struct group {
    char *name, *identity;
    // The file that says that this node is connected, held as long as it is; empty where it is not.
    char *presence_path;
    int presence_file;
    unsigned long long connected_at;
    int failed;
    DWORD status;
    // Who was present and whose credential ended when, at the last look.
    char *seen;
};

// credential.c: membership as chains of signed records, the group's own first; ","-joined base64 texts, the newest first.
struct credential {
    char *group, *group_name, *cloud, *subject, *subject_name, *subject_key, *issuer, *issuer_name;
    int role;
    unsigned long long from, to;
};

enum { ROLE_MEMBER, ROLE_INVITING_MEMBER, ROLE_ADMINISTRATOR };

const GUID *role_id(int role);
// -1 for anything but the three roles of p2p.h.
int role_of(ULONG count, const GUID *roles);
// The issuer's chain is empty for the first credential, which the group's own key signs.
char *chain_issue(const struct credential *credential, EVP_PKEY *issuer_key, const char *issuer_chain);
// What the newest credential says; NULL where any signature, name, role or period of the chain is wrong.
struct credential *chain_read(const char *chain);
int chain_length(const char *chain);
CERT_PUBLIC_KEY_INFO *credential_public_key(void *of, const char *subject_key);

// group.c: files
char *membership_path(const char *identity, const char *group);
struct record *membership_read(const struct group *group);
int membership_write(const struct group *group, const struct record *membership);
// <network>/groups/<hash of the group's name>
char *database_folder(const char *group);
// Publishes a member in the group's database.
void database_publish(const char *group, const char *chain);
HRESULT groups_ready(void);
struct group *group_of(HGROUP handle);

// connection.c
// Looks at who is there: status, synchronisation, events.
void group_refresh(struct group *group);
void group_disconnect(struct group *group);
int member_present(const struct group *group, const char *identity, struct record **facts);
void group_push_event(struct group *group, int type, long long value, const char *identity);
// Ends the registrations of a group whose handle is closed.
void group_forget_events(struct group *group);

#endif
