// The types of CryptoAPI that p2p.h and guest/PeerLab/CryptoMethods.cs name.
#ifndef PEER_DOUBLE_WINCRYPT_H
#define PEER_DOUBLE_WINCRYPT_H

#include <winsock2.h>

typedef ULONG_PTR HCRYPTPROV, HCRYPTKEY, HCRYPTHASH;

typedef struct _CRYPTOAPI_BLOB {
    DWORD cbData;
    BYTE *pbData;
} CRYPT_OBJID_BLOB;

typedef struct _CRYPT_BIT_BLOB {
    DWORD cbData;
    BYTE *pbData;
    DWORD cUnusedBits;
} CRYPT_BIT_BLOB;

typedef struct _CRYPT_ALGORITHM_IDENTIFIER {
    char *pszObjId;
    CRYPT_OBJID_BLOB Parameters;
} CRYPT_ALGORITHM_IDENTIFIER;

typedef struct _CERT_PUBLIC_KEY_INFO {
    CRYPT_ALGORITHM_IDENTIFIER Algorithm;
    CRYPT_BIT_BLOB PublicKey;
} CERT_PUBLIC_KEY_INFO;

#endif
