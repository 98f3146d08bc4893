// The functions of CryptoAPI that identities' keys are examined with.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Runtime.InteropServices;

namespace PeerLab
{
    internal static class CryptoMethods
    {
        internal const uint KeyExchange = 1;
        internal const uint Signature = 2;
        internal const uint Encoding = 0x00010001; // X509_ASN_ENCODING | PKCS_7_ASN_ENCODING
        internal const uint RsaFull = 1;
        internal const uint Sha1 = 0x00008004;
        internal const uint NewKeySet = 0x00000008;
        internal const uint DeleteKeySet = 0x00000010;
        internal const uint Silent = 0x00000040;
        internal const uint PublicKeyBlob = 6;
        internal static readonly IntPtr X509PublicKeyInfo = new IntPtr(8);

        [StructLayout(LayoutKind.Sequential)]
        internal struct CertPublicKeyInfo
        {
            internal IntPtr AlgorithmId;
            internal uint ParametersLength;
            internal IntPtr Parameters;
            internal uint KeyLength;
            internal IntPtr Key;
            internal uint UnusedBits;
        }

        [DllImport("advapi32.dll", EntryPoint = "CryptAcquireContextW", CharSet = CharSet.Unicode, SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptAcquireContext(out IntPtr provider, string container, string name, uint type, uint flags);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptReleaseContext(IntPtr provider, uint flags);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptGenKey(IntPtr provider, uint algorithm, uint flags, out IntPtr key);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptGetUserKey(IntPtr provider, uint keySpec, out IntPtr key);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptExportKey(IntPtr key, IntPtr exchangeKey, uint blobType, uint flags, byte[] data, ref uint length);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptDestroyKey(IntPtr key);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptCreateHash(IntPtr provider, uint algorithm, IntPtr key, uint flags, out IntPtr hash);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptHashData(IntPtr hash, byte[] data, uint length, uint flags);

        [DllImport("advapi32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptDestroyHash(IntPtr hash);

        [DllImport("advapi32.dll", EntryPoint = "CryptSignHashW", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptSignHash(IntPtr hash, uint keySpec, IntPtr description, uint flags, byte[] signature, ref uint length);

        [DllImport("advapi32.dll", EntryPoint = "CryptVerifySignatureW", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptVerifySignature(IntPtr hash, byte[] signature, uint length, IntPtr publicKey, IntPtr description, uint flags);

        [DllImport("crypt32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptExportPublicKeyInfo(IntPtr provider, uint keySpec, uint encoding, IntPtr info, ref uint length);

        [DllImport("crypt32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptImportPublicKeyInfo(IntPtr provider, uint encoding, IntPtr info, out IntPtr key);

        [DllImport("crypt32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CryptEncodeObject(uint encoding, IntPtr structType, IntPtr structure, byte[] encoded, ref uint length);

        internal static void Check(string call, bool succeeded)
        {
            if (!succeeded)
            {
                throw new PeerException(call, ToHResult(Marshal.GetLastWin32Error()));
            }
        }

        /// <summary>
        /// CryptoAPI leaves an HRESULT (NTE_*) as its last error, or a plain error of Windows. One that failed without an
        /// error is E_FAIL: no failure may look like a success.
        /// </summary>
        internal static int ToHResult(int lastError)
        {
            if (lastError <= 0)
            {
                return lastError == 0 ? unchecked((int)0x80004005) : lastError;
            }
            return unchecked((int)0x80070000) | (lastError & 0xFFFF);
        }
    }
}
