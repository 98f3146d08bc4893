// The identity calls of p2p.dll over a store in the user's folder.
//
// idstore.sst is what Windows calls the store: as there, a damaged one makes every call fail until it is deleted, and with
// it go the identities.

#include "double.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define STORE_MARK "p2p double store\n"

static char *identity_path(const char *name) {
    return temp_format("%s/identities/%s", user_folder(), name_hash(name));
}

HRESULT identities_ready(void) {
    char *user = user_folder();
    if (user == NULL) return E_ACCESSDENIED;
    if (setting("license") != NULL) return PEER_E_NOT_LICENSED;
    char *store = temp_format("%s/idstore.sst", user), *folder = temp_format("%s/identities", user);
    char *mark = read_text(store);
    if (mark != NULL) return strcmp(mark, STORE_MARK) == 0 ? S_OK : PEER_E_CERT_STORE_CORRUPTED;
    for (char **at = list_folder(folder); *at != NULL; at++) unlink(temp_format("%s/%s", folder, *at));
    make_folder(folder);
    return write_text(store, STORE_MARK) == 0 ? S_OK : E_ACCESSDENIED;
}

// Whether this logon opens the user's keys: identities can be listed without.
static int keys_open(void) { return !setting_is("keys", "closed"); }

struct record *identity_find(const char *name) { return name ? record_read(identity_path(name)) : NULL; }

EVP_PKEY *identity_key(struct record *identity, HRESULT *result) {
    const char *dead = setting("dead-key");
    *result = !keys_open() ? PEER_E_NO_KEY_ACCESS : NTE_BAD_KEY_STATE;
    if (!keys_open() || (dead != NULL && strstr(dead, record_get(identity, "peerName")) != NULL)) return NULL;
    EVP_PKEY *key = key_parse(record_get(identity, "key"));
    if (key != NULL) *result = S_OK;
    return key;
}

int peer_name_split(const char *name, char **authority, char **classifier) {
    const char *dot = name ? strchr(name, '.') : NULL;
    if (dot == NULL || strlen(dot + 1) > 149 * 3) return 0;
    size_t length = (size_t)(dot - name);
    int digits = strspn(name, "0123456789abcdef") == length;
    if (!(length == 1 && name[0] == '0') && !(length == 40 && digits)) return 0;
    *authority = memcpy(temp(length), name, length);
    *classifier = temp_copy(dot + 1);
    return 1;
}

static int64_t identity_count(void) {
    int64_t count = 0;
    for (char **at = list_folder(temp_format("%s/identities", user_folder())); *at != NULL; at++) count++;
    return count;
}

// Takes the key over.
static HRESULT keep(EVP_PKEY *key, const char *certificate, const char *classifier, const char *friendly, PWSTR *out) {
    char *name = temp_format("%s.%s", key_authority(key), classifier);
    HRESULT result = S_OK;
    if (identity_find(name) != NULL) result = PEER_E_ALREADY_EXISTS;
    else if (identity_count() >= setting_number("max-identities", 1000)) result = PEER_E_TOO_MANY_IDENTITIES;
    if (result == S_OK) {
        struct record *identity = record_new();
        record_set(identity, "peerName", name);
        record_set(identity, "friendlyName", friendly && *friendly ? friendly : name);
        record_set(identity, "key", key_text(key));
        record_set(identity, "certificate", certificate);
        // What PEERIDENTITYINFO carries has to say the peer name.
        record_set(identity, "info", certificate_names(certificate) ? certificate : certificate_make(key, "peer", name));
        record_set_number(identity, "made", (long long)clock_now());
        result = record_write(identity, identity_path(name)) == 0 ? S_OK : PEER_E_DISK_FULL;
    }
    key_free(key);
    if (result == S_OK) *out = block_text(name);
    return result;
}

HRESULT WINAPI PeerIdentityCreate(PCWSTR classifier, PCWSTR friendly, HCRYPTPROV provider, PWSTR *out) {
    ENTER_CHANGE("PeerIdentityCreate");
    if (out == NULL) return E_INVALIDARG;
    *out = NULL;
    if (classifier != NULL && wide_length(classifier) > 149) return PEER_E_CLASSIFIER_TOO_LONG;
    if (friendly != NULL && wide_length(friendly) > 255) return PEER_E_INVALID_FRIENDLY_NAME;
    HRESULT ready = identities_ready();
    if (ready != S_OK) return ready;
    if (!keys_open()) return PEER_E_NO_KEY_ACCESS;
    EVP_PKEY *key = provider_key(provider);
    if (provider != 0 && key == NULL) return MAKE_HRESULT(SEVERITY_ERROR, FACILITY_WIN32, ERROR_INVALID_HANDLE);
    char *name = classifier ? narrow(classifier) : "";
    // Every call without a key of the caller's makes another identity, so a key of the pool that is there already is no end.
    for (int tries = 0; key == NULL && tries < 100; tries++) {
        key = key_generate();
        if (identity_find(temp_format("%s.%s", key_authority(key), name)) == NULL) break;
        key_free(key);
        key = NULL;
    }
    if (key == NULL) return PEER_E_TOO_MANY_IDENTITIES;
    return keep(key, certificate_make(key, *name ? name : "peer", temp_format("%s.%s", key_authority(key), name)), name, narrow(friendly), out);
}

// The one form of an export: an import takes these bytes only.
static char *export_document(const char *name, const char *data) {
    return temp_format(
        "<PEERIDENTITYEXPORT VERSION=\"1.0\"><PEERNAME>%s</PEERNAME>"
        "<DATA xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" dt:dt=\"bin.base64\">%s</DATA></PEERIDENTITYEXPORT>",
        xml_escape(name), data);
}

HRESULT WINAPI PeerIdentityExport(PCWSTR name, PCWSTR password, PWSTR *out) {
    ENTER("PeerIdentityExport");
    if (name == NULL || password == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = identities_ready();
    if (result != S_OK) return result;
    struct record *identity = identity_find(narrow(name));
    if (identity == NULL) return PEER_E_NOT_FOUND;
    EVP_PKEY *key = identity_key(identity, &result);
    if (key == NULL) return result;
    char *data = container_make(key, record_get(identity, "certificate"), narrow(name), narrow(password));
    key_free(key);
    *out = block_text(export_document(narrow(name), data));
    return S_OK;
}

HRESULT WINAPI PeerIdentityImport(PCWSTR xml, PCWSTR password, PWSTR *out) {
    ENTER_CHANGE("PeerIdentityImport");
    if (xml == NULL || password == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = identities_ready();
    if (result != S_OK) return result;
    if (!keys_open()) return PEER_E_NO_KEY_ACCESS;
    char *text = narrow(xml), *authority, *classifier, *certificate;
    const char *at = text;
    char *declared = between(&at, "<PEERNAME>", "</PEERNAME>");
    char *data = declared && between(&at, "<DATA ", ">") != NULL ? between(&at, "", "</DATA>") : NULL;
    if (data == NULL) return E_INVALIDARG;
    declared = xml_unescape(declared);
    if (strcmp(export_document(declared, data), text) != 0) return E_INVALIDARG;
    if (!peer_name_split(declared, &authority, &classifier) || strlen(authority) != 40) return E_INVALIDARG;
    EVP_PKEY *key;
    result = container_open(data, narrow(password), declared, &key, &certificate);
    if (result != S_OK) return result;
    if (strcmp(key_authority(key), authority) != 0) {
        key_free(key);
        return E_INVALIDARG;
    }
    if (setting_is("import", "wrong-key") && identity_find(declared) == NULL) {
        key_free(key);
        key = key_generate();
        certificate = certificate_make(key, *classifier ? classifier : "peer", NULL);
    }
    return keep(key, certificate, classifier, NULL, out);
}

HRESULT WINAPI PeerIdentityGetFriendlyName(PCWSTR name, PWSTR *out) {
    ENTER("PeerIdentityGetFriendlyName");
    if (name == NULL || out == NULL) return E_INVALIDARG;
    HRESULT ready = identities_ready();
    if (ready != S_OK) return ready;
    struct record *identity = identity_find(narrow(name));
    if (identity == NULL) return PEER_E_NOT_FOUND;
    *out = block_text(record_get(identity, "friendlyName"));
    return S_OK;
}

HRESULT WINAPI PeerIdentitySetFriendlyName(PCWSTR name, PCWSTR friendly) {
    ENTER_CHANGE("PeerIdentitySetFriendlyName");
    if (name == NULL) return E_INVALIDARG;
    if (friendly != NULL && wide_length(friendly) > 255) return PEER_E_INVALID_FRIENDLY_NAME;
    HRESULT ready = identities_ready();
    if (ready != S_OK) return ready;
    struct record *identity = identity_find(narrow(name));
    if (identity == NULL) return PEER_E_NOT_FOUND;
    record_set(identity, "friendlyName", friendly && *friendly ? narrow(friendly) : narrow(name));
    return record_write(identity, identity_path(narrow(name))) == 0 ? S_OK : PEER_E_DISK_FULL;
}

char *identity_default(HRESULT *result) {
    char *path = temp_format("%s/default-identity", user_folder());
    char *name = read_text(path);
    *result = S_OK;
    if (name != NULL && identity_find(name) != NULL) return name;
    if (!keys_open()) {
        *result = PEER_E_NO_KEY_ACCESS;
        return NULL;
    }
    EVP_PKEY *key = key_generate();
    PWSTR made = NULL;
    *result = keep(key, certificate_make(key, "peer", temp_format("%s.", key_authority(key))), "", NULL, &made);
    if (*result != S_OK) return NULL;
    name = narrow(made);
    PeerFreeData(made);
    write_text(path, name);
    return name;
}

HRESULT WINAPI PeerIdentityGetDefault(PWSTR *out) {
    ENTER("PeerIdentityGetDefault");
    if (out == NULL) return E_INVALIDARG;
    HRESULT result = identities_ready();
    char *name = result == S_OK ? identity_default(&result) : NULL;
    if (name != NULL) *out = block_text(name);
    return result;
}

HRESULT WINAPI PeerIdentityGetXML(PCWSTR name, PWSTR *out) {
    ENTER("PeerIdentityGetXML");
    if (out == NULL) return E_INVALIDARG;
    HRESULT result = identities_ready();
    if (result != S_OK) return result;
    char *wanted = name ? narrow(name) : identity_default(&result);
    if (wanted == NULL) return result;
    struct record *identity = identity_find(wanted);
    if (identity == NULL) return PEER_E_NOT_FOUND;
    *out = block_text(temp_format(
        "<PEERIDENTITYINFO VERSION=\"1.0\"><IDC xmlns:dt=\"urn:schemas-microsoft-com:datatypes\" "
        "dt:dt=\"bin.base64\">%s</IDC></PEERIDENTITYINFO>",
        certificate_message(record_get(identity, "info"))));
    return S_OK;
}

HRESULT WINAPI PeerIdentityGetCryptKey(PCWSTR name, HCRYPTPROV *out) {
    ENTER("PeerIdentityGetCryptKey");
    if (name == NULL || out == NULL) return E_INVALIDARG;
    HRESULT result = identities_ready();
    if (result != S_OK) return result;
    struct record *identity = identity_find(narrow(name));
    if (identity == NULL) return PEER_E_NOT_FOUND;
    EVP_PKEY *key = identity_key(identity, &result);
    if (key == NULL && result == PEER_E_NO_KEY_ACCESS) return result;
    // A key whose protection is lost shows only when it is used.
    *out = provider_open(key);
    return S_OK;
}

HRESULT WINAPI PeerIdentityDelete(PCWSTR name) {
    ENTER_CHANGE("PeerIdentityDelete");
    if (name == NULL) return E_INVALIDARG;
    HRESULT ready = identities_ready();
    if (ready != S_OK) return ready;
    if (identity_find(narrow(name)) == NULL) return PEER_E_NOT_FOUND;
    if (memberships_of(narrow(name))[0] != NULL) return PEER_E_GROUPS_EXIST;
    return unlink(identity_path(narrow(name))) == 0 ? S_OK : E_ACCESSDENIED;
}

static int by_age(const void *one, const void *other) {
    long long first = record_number(*(struct record *const *)one, "made");
    long long second = record_number(*(struct record *const *)other, "made");
    return first < second ? -1 : first > second;
}

HRESULT WINAPI PeerEnumIdentities(HPEERENUM *out) {
    ENTER("PeerEnumIdentities");
    if (out == NULL) return E_INVALIDARG;
    HRESULT ready = identities_ready();
    if (ready != S_OK) return ready;
    char *folder = temp_format("%s/identities", user_folder()), **files = list_folder(folder);
    int count = 0, room = 0;
    while (files[room] != NULL) room++;
    struct record **found = temp((size_t)room * sizeof *found);
    for (int i = 0; i < room; i++) {
        struct record *identity = record_read(temp_format("%s/%s", folder, files[i]));
        if (identity != NULL) found[count++] = identity;
    }
    qsort(found, (size_t)count, sizeof *found, by_age);
    char **items = temp((size_t)count * sizeof *items);
    for (int i = 0; i < count; i++) items[i] = record_text(found[i]);
    *out = enumeration_open(items, count, emit_name_pair);
    return S_OK;
}

HRESULT WINAPI PeerCreatePeerName(PCWSTR identity, PCWSTR classifier, PWSTR *out) {
    ENTER("PeerCreatePeerName");
    // Documented: the pointer must be NULL beforehand.
    if (out == NULL || *out != NULL || (identity == NULL && classifier == NULL)) return E_INVALIDARG;
    if (classifier != NULL && wide_length(classifier) > 149) return E_INVALIDARG;
    char *authority = "0", *own = "";
    if (identity != NULL && (!peer_name_split(narrow(identity), &authority, &own) || strlen(authority) != 40)) {
        return E_INVALIDARG;
    }
    *out = block_text(temp_format("%s.%s", authority, classifier ? narrow(classifier) : own));
    return S_OK;
}
