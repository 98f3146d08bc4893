// The functions of advapi32.dll and crypt32.dll that identities' keys are examined with, over real keys.
//
// The last error is errno: what SetLastError of DllImport saves for mono and .NET on Linux.

#include "double.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <unistd.h>

#define AT_KEYEXCHANGE 1
#define AT_SIGNATURE 2
#define CALG_SHA1 0x00008004
#define CRYPT_NEWKEYSET 0x00000008
#define CRYPT_DELETEKEYSET 0x00000010
#define CRYPT_VERIFYCONTEXT 0xF0000000
#define PROV_RSA_FULL 1
#define PROV_RSA_AES 24
#define PUBLICKEYBLOB 6
#define X509_PUBLIC_KEY_INFO 8

struct provider {
    EVP_PKEY *key;
    char *container;
    int dead;
};

HCRYPTPROV provider_open(EVP_PKEY *key) {
    struct provider *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    *made = (struct provider){key, NULL, key == NULL};
    return (HCRYPTPROV)handle_open(HANDLE_PROVIDER, made);
}

EVP_PKEY *provider_key(HCRYPTPROV handle) {
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)handle);
    if (provider == NULL || provider->key == NULL) return NULL;
    EVP_PKEY_up_ref(provider->key);
    return provider->key;
}

BOOL WINAPI CryptAcquireContextW(HCRYPTPROV *out, PCWSTR container, PCWSTR name, DWORD type, DWORD flags) {
    ENTER_BOOL("CryptAcquireContext");
    if (out == NULL || name != NULL) return fail_with(ERROR_INVALID_PARAMETER);
    if (type != PROV_RSA_FULL && type != PROV_RSA_AES) return fail_with(NTE_BAD_TYPE);
    *out = 0;
    if (flags & CRYPT_VERIFYCONTEXT) {
        *out = provider_open(NULL);
        return TRUE;
    }
    // A session without the user's secrets has no containers either.
    if (user_folder() == NULL || setting_is("keys", "closed")) return fail_with(NTE_PERM);
    char *folder = temp_format("%s/containers", user_folder());
    char *path = temp_format("%s/%s", folder, name_hash(container ? narrow(container) : ""));
    char *kept = read_text(path);
    if (flags & CRYPT_DELETEKEYSET) {
        if (kept == NULL) return fail_with(NTE_BAD_KEYSET);
        unlink(path);
        return TRUE;
    }
    if ((flags & CRYPT_NEWKEYSET) != 0 && kept != NULL) return fail_with(NTE_EXISTS);
    if ((flags & CRYPT_NEWKEYSET) == 0 && kept == NULL) return fail_with(NTE_BAD_KEYSET);
    make_folder(folder);
    if (kept == NULL && write_text(path, "") != 0) return fail_with(NTE_PERM);
    *out = provider_open(kept && *kept ? key_parse(kept) : NULL);
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)*out);
    provider->container = strdup(path);
    provider->dead = 0;
    return TRUE;
}

BOOL WINAPI CryptReleaseContext(HCRYPTPROV handle, DWORD flags) {
    ENTER_BOOL("CryptReleaseContext");
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)handle);
    if (provider == NULL || flags != 0) return fail_with(ERROR_INVALID_PARAMETER);
    handle_close((void *)handle);
    EVP_PKEY_free(provider->key);
    free(provider->container);
    free(provider);
    return TRUE;
}

BOOL WINAPI CryptGenKey(HCRYPTPROV handle, DWORD algorithm, DWORD flags, HCRYPTKEY *out) {
    ENTER_BOOL("CryptGenKey");
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)handle);
    if (provider == NULL || provider->container == NULL || out == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    if (algorithm != AT_KEYEXCHANGE || flags >> 16 != 2048) return fail_with(NTE_BAD_ALGID);
    EVP_PKEY_free(provider->key);
    provider->key = key_generate();
    if (write_text(provider->container, key_text(provider->key)) != 0) return fail_with(NTE_PERM);
    EVP_PKEY_up_ref(provider->key);
    *out = (HCRYPTKEY)handle_open(HANDLE_KEY, provider->key);
    return TRUE;
}

BOOL WINAPI CryptGetUserKey(HCRYPTPROV handle, DWORD spec, HCRYPTKEY *out) {
    ENTER_BOOL("CryptGetUserKey");
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)handle);
    if (provider == NULL || out == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    if (provider->dead) return fail_with(NTE_BAD_KEY_STATE);
    if (spec != AT_KEYEXCHANGE || provider->key == NULL) return fail_with(NTE_NO_KEY);
    EVP_PKEY_up_ref(provider->key);
    *out = (HCRYPTKEY)handle_open(HANDLE_KEY, provider->key);
    return TRUE;
}

BOOL WINAPI CryptDestroyKey(HCRYPTKEY handle) {
    ENTER_BOOL("CryptDestroyKey");
    EVP_PKEY *key = handle_value(HANDLE_KEY, (void *)handle);
    if (key == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    handle_close((void *)handle);
    EVP_PKEY_free(key);
    return TRUE;
}

// The usual rule of CryptoAPI: no buffer asks for the length, a small one is ERROR_MORE_DATA.
static BOOL give(const uint8_t *data, size_t length, BYTE *buffer, DWORD *size) {
    DWORD room = *size;
    *size = (DWORD)length;
    if (buffer == NULL) return TRUE;
    if (room < length) return fail_with(ERROR_MORE_DATA);
    memcpy(buffer, data, length);
    return TRUE;
}

// PUBLICKEYSTRUC, RSAPUBKEY and the modulus, least significant byte first.
BOOL WINAPI CryptExportKey(HCRYPTKEY handle, HCRYPTKEY other, DWORD type, DWORD flags, BYTE *buffer, DWORD *size) {
    ENTER_BOOL("CryptExportKey");
    EVP_PKEY *key = handle_value(HANDLE_KEY, (void *)handle);
    if (key == NULL || other != 0 || flags != 0 || size == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    if (type != PUBLICKEYBLOB) return fail_with(NTE_BAD_TYPE);
    BIGNUM *modulus = NULL, *exponent = NULL;
    EVP_PKEY_get_bn_param(key, "n", &modulus);
    EVP_PKEY_get_bn_param(key, "e", &exponent);
    int bytes = BN_num_bytes(modulus);
    struct {
        BYTE type, version;
        WORD reserved;
        DWORD algorithm, magic, bits, exponent;
        BYTE modulus[1024];
    } blob = {PUBLICKEYBLOB, 2, 0, 0x0000A400, 0x31415352, (DWORD)bytes * 8, (DWORD)BN_get_word(exponent), {0}};
    if (bytes <= 1024) BN_bn2lebinpad(modulus, blob.modulus, bytes);
    BN_free(modulus);
    BN_free(exponent);
    return give((uint8_t *)&blob, 20 + (size_t)bytes, buffer, size);
}

struct hash {
    HCRYPTPROV provider;
    uint8_t *data;
    size_t length;
};

BOOL WINAPI CryptCreateHash(HCRYPTPROV provider, DWORD algorithm, HCRYPTKEY key, DWORD flags, HCRYPTHASH *out) {
    ENTER_BOOL("CryptCreateHash");
    if (handle_value(HANDLE_PROVIDER, (void *)provider) == NULL || key != 0 || flags != 0 || out == NULL) {
        return fail_with(ERROR_INVALID_PARAMETER);
    }
    if (algorithm != CALG_SHA1) return fail_with(NTE_BAD_ALGID);
    struct hash *made = calloc(1, sizeof *made);
    if (made == NULL) misuse_fatal("out of memory");
    made->provider = provider;
    *out = (HCRYPTHASH)handle_open(HANDLE_HASH, made);
    return TRUE;
}

BOOL WINAPI CryptHashData(HCRYPTHASH handle, const BYTE *data, DWORD length, DWORD flags) {
    ENTER_BOOL("CryptHashData");
    struct hash *hash = handle_value(HANDLE_HASH, (void *)handle);
    if (hash == NULL || data == NULL || flags != 0) return fail_with(NTE_BAD_HASH);
    hash->data = realloc(hash->data, hash->length + length + 1);
    memcpy(hash->data + hash->length, data, length);
    hash->length += length;
    return TRUE;
}

BOOL WINAPI CryptDestroyHash(HCRYPTHASH handle) {
    ENTER_BOOL("CryptDestroyHash");
    struct hash *hash = handle_value(HANDLE_HASH, (void *)handle);
    if (hash == NULL) return fail_with(NTE_BAD_HASH);
    handle_close((void *)handle);
    free(hash->data);
    free(hash);
    return TRUE;
}

// CryptoAPI's signatures have their least significant byte first.
static void turn(uint8_t *data, size_t length) {
    for (size_t i = 0; i < length / 2; i++) {
        uint8_t kept = data[i];
        data[i] = data[length - 1 - i];
        data[length - 1 - i] = kept;
    }
}

BOOL WINAPI CryptSignHashW(HCRYPTHASH handle, DWORD spec, PCWSTR description, DWORD flags, BYTE *buffer, DWORD *size) {
    ENTER_BOOL("CryptSignHash");
    struct hash *hash = handle_value(HANDLE_HASH, (void *)handle);
    if (hash == NULL) return fail_with(NTE_BAD_HASH);
    if (description != NULL || flags != 0 || size == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)hash->provider);
    if (provider == NULL) return fail_with(NTE_BAD_HASH);
    EVP_PKEY *key = provider->key;
    if (key == NULL || spec != AT_KEYEXCHANGE) return fail_with(NTE_NO_KEY);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = (size_t)EVP_PKEY_size(key);
    uint8_t *signature = temp(length);
    int made = EVP_DigestSignInit(context, NULL, EVP_sha1(), NULL, key) == 1 &&
               EVP_DigestSign(context, signature, &length, hash->data, hash->length) == 1;
    EVP_MD_CTX_free(context);
    if (!made) return fail_with(E_FAIL);
    turn(signature, length);
    return give(signature, length, buffer, size);
}

BOOL WINAPI CryptVerifySignatureW(HCRYPTHASH handle, const BYTE *signature, DWORD length, HCRYPTKEY of, PCWSTR description, DWORD flags) {
    ENTER_BOOL("CryptVerifySignature");
    struct hash *hash = handle_value(HANDLE_HASH, (void *)handle);
    EVP_PKEY *key = handle_value(HANDLE_KEY, (void *)of);
    if (hash == NULL) return fail_with(NTE_BAD_HASH);
    if (key == NULL || signature == NULL || description != NULL || flags != 0) return fail_with(ERROR_INVALID_PARAMETER);
    uint8_t *turned = memcpy(temp(length), signature, length);
    turn(turned, length);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int right = EVP_DigestVerifyInit(context, NULL, EVP_sha1(), NULL, key) == 1 &&
                EVP_DigestVerify(context, turned, length, hash->data, hash->length) == 1;
    EVP_MD_CTX_free(context);
    return right ? TRUE : fail_with(NTE_BAD_SIGNATURE);
}

BOOL WINAPI CryptExportPublicKeyInfo(HCRYPTPROV handle, DWORD spec, DWORD encoding, CERT_PUBLIC_KEY_INFO *info, DWORD *size) {
    ENTER_BOOL("CryptExportPublicKeyInfo");
    struct provider *provider = handle_value(HANDLE_PROVIDER, (void *)handle);
    if (provider == NULL || (encoding & 1) == 0 || size == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    if (provider->dead) return fail_with(NTE_BAD_KEY_STATE);
    if (spec != AT_KEYEXCHANGE || provider->key == NULL) return fail_with(NTE_NO_KEY);
    size_t length;
    uint8_t *bits = key_public_bits(provider->key, &length);
    struct {
        CERT_PUBLIC_KEY_INFO info;
        char algorithm[24];
        BYTE parameters[8];
    } head = {{{NULL, {2, NULL}}, {(DWORD)length, NULL, 0}}, "1.2.840.113549.1.1.1", {5, 0}};
    DWORD room = *size;
    *size = (DWORD)(sizeof head + length);
    if (info == NULL) return TRUE;
    if (room < *size) return fail_with(ERROR_MORE_DATA);
    // Everything behind the structure, as CryptoAPI lays it out: one buffer holds all.
    BYTE *at = (BYTE *)info;
    head.info.Algorithm.pszObjId = (char *)at + offsetof(__typeof__(head), algorithm);
    head.info.Algorithm.Parameters.pbData = at + offsetof(__typeof__(head), parameters);
    head.info.PublicKey.pbData = at + sizeof head;
    memcpy(at, &head, sizeof head);
    memcpy(at + sizeof head, bits, length);
    return TRUE;
}

BOOL WINAPI CryptImportPublicKeyInfo(HCRYPTPROV provider, DWORD encoding, CERT_PUBLIC_KEY_INFO *info, HCRYPTKEY *out) {
    ENTER_BOOL("CryptImportPublicKeyInfo");
    if (handle_value(HANDLE_PROVIDER, (void *)provider) == NULL || (encoding & 1) == 0 || info == NULL || out == NULL) {
        return fail_with(ERROR_INVALID_PARAMETER);
    }
    EVP_PKEY *key = key_from_public_bits(info->PublicKey.pbData, info->PublicKey.cbData);
    if (key == NULL) return fail_with(ERROR_INVALID_PARAMETER);
    *out = (HCRYPTKEY)handle_open(HANDLE_KEY, key);
    return TRUE;
}

// Of the many structures only SubjectPublicKeyInfo, named by its number in place of a text.
BOOL WINAPI CryptEncodeObject(DWORD encoding, const char *type, const CERT_PUBLIC_KEY_INFO *info, BYTE *buffer, DWORD *size) {
    ENTER_BOOL("CryptEncodeObject");
    if ((encoding & 1) == 0 || (uintptr_t)type != X509_PUBLIC_KEY_INFO || info == NULL || size == NULL) {
        return fail_with(ERROR_FILE_NOT_FOUND);
    }
    EVP_PKEY *key = key_from_public_bits(info->PublicKey.pbData, info->PublicKey.cbData);
    if (key == NULL || strcmp(info->Algorithm.pszObjId, "1.2.840.113549.1.1.1") != 0) {
        EVP_PKEY_free(key);
        return fail_with(ERROR_INVALID_PARAMETER);
    }
    size_t length;
    uint8_t *data = key_public_info(key, &length);
    EVP_PKEY_free(key);
    return give(data, length, buffer, size);
}
