// What the parts of the native double share. README.md tells what the double does and how it is told.
#ifndef PEER_DOUBLE_H
#define PEER_DOUBLE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The very header of mingw-w64: the compiler compares each definition here with its declaration there.
#include <p2p.h>

#include "codes.h"

// base.c ------------------------------------------------------------------------------------------------------------

// Memory that lives until the outermost call into the double ends; never NULL.
void *temp(size_t size);
char *temp_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *temp_copy(const char *text);

// A setting of the control file or of PEER_DOUBLE_SETTINGS; NULL where there is none.
const char *setting(const char *name);
long setting_number(const char *name, long otherwise);
int setting_is(const char *name, const char *value);

// Counts the call, plays faults, takes the one lock of the double. 0, or the code that the call has to answer.
int32_t call_enter(const char *call);
int32_t call_enter_change(const char *call);
void call_leave(const char **call);
// The lock alone, for what runs beside the calls; call_leave ends it.
void background_enter(void);

// A wrong use of the API that Windows need not notice: it stands in the report.
void misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The same where going on is impossible: ends the process with exit code 134.
void misuse_fatal(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
int misuse_count(void);
const char *misuse_text(int index);

// The first statement of each function of p2p.dll.
#define ENTER(call)                                                                                                    \
    int32_t entered = call_enter(call);                                                                                \
    if (entered != 0) return entered;                                                                                  \
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = call

// The same for a function that changes something for good: the pseudo call "Change" of faults counts these together.
#define ENTER_CHANGE(call)                                                                                             \
    int32_t entered = call_enter_change(call);                                                                         \
    if (entered != 0) return entered;                                                                                  \
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = call

// The same for functions that return TRUE or FALSE and set the last error, which is errno for mono and .NET on Linux.
#define ENTER_BOOL(call)                                                                                               \
    int32_t entered = call_enter(call);                                                                                \
    if (entered != 0) return fail_with(entered);                                                                       \
    __attribute__((cleanup(call_leave), unused)) const char *entered_call = call

BOOL fail_with(int32_t code);

// memory.c ----------------------------------------------------------------------------------------------------------

// A block that the caller has to give back by PeerFreeData; children go with it.
void *block(size_t size);
void *block_child(void *of, size_t size);
WCHAR *block_text(const char *utf8);
WCHAR *block_child_text(void *of, const char *utf8);

enum handle_kind {
    HANDLE_ENUMERATION,
    HANDLE_GROUP,
    HANDLE_EVENT_REGISTRATION,
    HANDLE_REGISTRATION,
    HANDLE_RESOLUTION,
    HANDLE_PROVIDER,
    HANDLE_KEY,
    HANDLE_HASH,
    HANDLE_LOOKUP,
    HANDLE_KINDS
};

void *handle_open(enum handle_kind kind, void *value);
// NULL where it is no open handle of this kind.
void *handle_value(enum handle_kind kind, const void *handle);
void handle_close(const void *handle);
// The open handles of a kind one after another: 0, 1, ...; NULL at the end.
void *handle_at(enum handle_kind kind, int index, void **handle);

// Adds or takes away one of what must be zero at the end and is no handle (startups).
void count_startup(const char *of, int difference);
int startups(const char *of);

// An enumeration of items, each kept as text and turned into a structure when it is asked for.
typedef void *(*emit_item)(void *block, const char *item);
HPEERENUM enumeration_open(char **items, int count, emit_item emit);
void *emit_name_pair(void *block, const char *item);

// text.c ------------------------------------------------------------------------------------------------------------

char *narrow(PCWSTR text);
size_t wide_length(PCWSTR text);
char *base64(const uint8_t *data, size_t length);
// NULL where it is not the one and only base64 of its bytes.
uint8_t *unbase64(const char *text, size_t *length);
char *hex(const uint8_t *data, size_t length);
char *name_hash(const char *name);
char *xml_escape(const char *text);
char *xml_unescape(const char *text);
// The text between two marks after *at, which is moved behind the second one; NULL where they are not there.
char *between(const char **at, const char *before, const char *after);

// record.c ----------------------------------------------------------------------------------------------------------

// Named texts in a file, one a line; written by renaming, so that nobody reads half of one.
struct record;
struct record *record_new(void);
struct record *record_parse(const char *text);
struct record *record_read(const char *path);
char *record_text(const struct record *record);
int record_write(const struct record *record, const char *path);
void record_set(struct record *record, const char *key, const char *value);
void record_set_number(struct record *record, const char *key, long long value);
const char *record_get(const struct record *record, const char *key);
long long record_number(const struct record *record, const char *key);

// The names of a folder's files in order of their names; NULL-terminated.
char **list_folder(const char *path);
char *read_text(const char *path);
int write_text(const char *path, const char *text);
void make_folder(const char *path);
char *user_folder(void);
char *network_folder(void);
char *machine_name(void);
// IPv6 addresses of this machine, NULL-terminated.
char **machine_addresses(void);
// The machine's clock as 100-nanosecond steps since 1601.
unsigned long long clock_now(void);
unsigned long long from_filetime(const FILETIME *time);
FILETIME to_filetime(unsigned long long time);
#define SECONDS 10000000ULL
// A file that exists as long as this process holds it locked; -1 on failure.
int presence_hold(const char *path, const char *text);
void presence_release(int descriptor, const char *path);
// Whether a live process holds it; removes what a dead one left.
int presence_alive(const char *path);

// keys.c ------------------------------------------------------------------------------------------------------------

typedef struct evp_pkey_st EVP_PKEY;
EVP_PKEY *key_generate(void);
EVP_PKEY *key_parse(const char *encoded);
char *key_text(EVP_PKEY *key);
// SubjectPublicKeyInfo, or RSAPublicKey alone.
uint8_t *key_public_info(EVP_PKEY *key, size_t *length);
uint8_t *key_public_bits(EVP_PKEY *key, size_t *length);
EVP_PKEY *key_from_public_bits(const uint8_t *data, size_t length);
char *key_authority(EVP_PKEY *key);
char *certificate_make(EVP_PKEY *key, const char *common_name, const char *peer_name);
char *certificate_message(const char *certificate);
// Whether the certificate says a peer name: those of the double do, others may not.
int certificate_names(const char *certificate);
// The key and the peer name of the certificate in a PEERIDENTITYINFO; NULL where it is none.
EVP_PKEY *certificate_key(const char *base64_text, char **peer_name);
char *container_make(EVP_PKEY *key, const char *certificate, const char *name, const char *password);
int32_t container_open(const char *data, const char *password, const char *name, EVP_PKEY **key, char **certificate);
char *key_sign(EVP_PKEY *key, const char *text);
int key_verify(EVP_PKEY *key, const char *text, const char *signature);
void key_free(EVP_PKEY *key);
// Certificate public key structure inside a block.
CERT_PUBLIC_KEY_INFO *block_public_key(void *of, EVP_PKEY *key);

// identity.c --------------------------------------------------------------------------------------------------------

// Why the user's store cannot be used now; S_OK where it can.
HRESULT identities_ready(void);
struct record *identity_find(const char *name);
EVP_PKEY *identity_key(struct record *identity, HRESULT *result);
char *identity_default(HRESULT *result);
// Key and classifier of a name; 0 where it is no peer name.
int peer_name_split(const char *name, char **authority, char **classifier);

// crypto.c ----------------------------------------------------------------------------------------------------------

// A provider with this key in its slot for AT_KEYEXCHANGE; takes the key over, NULL is a key that cannot be used.
HCRYPTPROV provider_open(EVP_PKEY *key);
// Another reference to a provider's key; NULL where there is none.
EVP_PKEY *provider_key(HCRYPTPROV provider);

// pnrp.c ------------------------------------------------------------------------------------------------------------

struct cloud {
    const char *name;
    int scope, scope_id, state;
};

// The clouds that this machine is in, two at most; how many.
int cloud_list(struct cloud *clouds);

// group files -------------------------------------------------------------------------------------------------------

// The records of the groups that an identity of this user belongs to; NULL-terminated.
struct record **memberships_of(const char *identity);

#endif
