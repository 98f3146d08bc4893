// What is known about an identity's key: its public half, a test signature, the peer name that follows from it.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;

namespace PeerLab
{
    /// <summary>What an identity's key proved.</summary>
    public sealed class KeyEvidence
    {
        internal KeyEvidence(string peerName, bool signed, bool certificateDiffers)
        {
            PeerName = peerName;
            Signed = signed;
            CertificateDiffers = certificateDiffers;
        }

        /// <summary>The peer name computed from the key's public half, with the identity's classifier.</summary>
        public string PeerName { get; private set; }

        /// <summary>A test signature of the private key verified under its public half.</summary>
        public bool Signed { get; private set; }

        /// <summary>The identity's certificate was read and carries another public key.</summary>
        public bool CertificateDiffers { get; private set; }

        /// <summary>The key signs, and no certificate contradicts it.</summary>
        public bool Proves
        {
            get { return Signed && !CertificateDiffers; }
        }
    }

    public static class PeerKeys
    {
        /// <summary>
        /// Signs with the identity's key and computes the peer name from the public half of that very key.
        /// </summary>
        /// <remarks>
        /// [MS-PNRP] 1.3.1.1: the authority is the SHA-1 hash of the public key in the form of SubjectPublicKeyInfo, in
        /// small hex digits. How p2p.dll encodes the key before it hashes is written nowhere else, so the two other usual
        /// encodings of the same key are tried before the name is called a mismatch; each is a function of the key alone.
        /// A PeerException tells that the key could not be opened or used.
        /// </remarks>
        public static KeyEvidence Examine(string identity)
        {
            IntPtr provider;
            PeerMemory.Check("PeerIdentityGetCryptKey", NativeMethods.PeerIdentityGetCryptKey(identity, out provider));
            try
            {
                uint keySpec = FindKeySpec(provider);
                IntPtr info = ExportPublicKeyInfo(provider, keySpec);
                try
                {
                    byte[] bits = KeyBits(info);
                    byte[][] encodings = { EncodePublicKeyInfo(info), bits, ExportPublicKeyBlob(provider, keySpec) };
                    bool signed = SignAndVerify(provider, keySpec, info);
                    return new KeyEvidence(
                        ComputePeerName(identity, encodings),
                        signed,
                        CertificateDiffers(PeerIdentities.GetXml(identity), bits));
                }
                finally
                {
                    Marshal.FreeHGlobal(info);
                }
            }
            finally
            {
                CryptoMethods.CryptReleaseContext(provider, 0);
            }
        }

        /// <summary>
        /// Whether this logon can make, keep, open and use a key of its user at all: makes one in a container of its own,
        /// opens it again, signs, removes it. Returns 0, or the HRESULT of what failed.
        /// </summary>
        /// <remarks>
        /// Tells a session without the user's secrets (a logon with an SSH key) from an identity whose key is dead.
        /// </remarks>
        public static int ProbeUserKeys()
        {
            string container = "PeerLab-" + Guid.NewGuid().ToString("N");
            IntPtr provider = IntPtr.Zero;
            try
            {
                CryptoMethods.Check("CryptAcquireContext", CryptoMethods.CryptAcquireContext(
                    out provider, container, null, CryptoMethods.RsaFull, CryptoMethods.NewKeySet | CryptoMethods.Silent));
                IntPtr key;
                CryptoMethods.Check("CryptGenKey", CryptoMethods.CryptGenKey(provider, CryptoMethods.KeyExchange, 2048u << 16, out key));
                CryptoMethods.CryptDestroyKey(key);
                CryptoMethods.CryptReleaseContext(provider, 0);
                provider = IntPtr.Zero;
                CryptoMethods.Check("CryptAcquireContext", CryptoMethods.CryptAcquireContext(
                    out provider, container, null, CryptoMethods.RsaFull, CryptoMethods.Silent));
                IntPtr info = ExportPublicKeyInfo(provider, CryptoMethods.KeyExchange);
                try
                {
                    return SignAndVerify(provider, CryptoMethods.KeyExchange, info) ? 0 : unchecked((int)0x80090020);
                }
                finally
                {
                    Marshal.FreeHGlobal(info);
                }
            }
            catch (PeerException failure)
            {
                return failure.HResult;
            }
            finally
            {
                if (provider != IntPtr.Zero)
                {
                    CryptoMethods.CryptReleaseContext(provider, 0);
                }
                IntPtr deleted;
                CryptoMethods.CryptAcquireContext(
                    out deleted, container, null, CryptoMethods.RsaFull, CryptoMethods.DeleteKeySet | CryptoMethods.Silent);
            }
        }

        /// <summary>The authority of each encoding compared with the identity's; the first encoding's where none agrees.</summary>
        public static string ComputePeerName(string identity, byte[][] encodings)
        {
            int dot = identity.IndexOf('.');
            string authority = dot < 0 ? identity : identity.Substring(0, dot);
            string classifier = dot < 0 ? string.Empty : identity.Substring(dot);
            foreach (byte[] encoding in encodings)
            {
                if (string.Equals(Authority(encoding), authority, StringComparison.Ordinal))
                {
                    return authority + classifier;
                }
            }
            return Authority(encodings[0]) + classifier;
        }

        /// <summary>SHA-1 in forty small hex digits.</summary>
        public static string Authority(byte[] encodedPublicKey)
        {
            StringBuilder digits = new StringBuilder(40);
            using (SHA1 sha1 = SHA1.Create())
            {
                foreach (byte value in sha1.ComputeHash(encodedPublicKey))
                {
                    digits.Append(value.ToString("x2", CultureInfo.InvariantCulture));
                }
            }
            return digits.ToString();
        }

        /// <summary>
        /// Whether the certificate in the PEERIDENTITYINFO carries another key. [MS-PPSEC] 2.2.6.2: the element IDC holds it
        /// as base64 of a PKCS #7 message. One that cannot be read contradicts nothing: the key itself has been examined.
        /// </summary>
        public static bool CertificateDiffers(string identityXml, byte[] keyBits)
        {
            X509Certificate2Collection certificates = new X509Certificate2Collection();
            try
            {
                XmlDocument document = new XmlDocument();
                document.XmlResolver = null;
                document.LoadXml(identityXml);
                XmlNode element = document.SelectSingleNode("//*[local-name()='IDC']") ?? document.DocumentElement;
                certificates.Import(Convert.FromBase64String(element.InnerText));
            }
            catch (XmlException)
            {
                return false;
            }
            catch (FormatException)
            {
                return false;
            }
            catch (CryptographicException)
            {
                return false;
            }
            foreach (X509Certificate2 certificate in certificates)
            {
                if (SameBytes(certificate.GetPublicKey(), keyBits))
                {
                    return false;
                }
            }
            return certificates.Count > 0;
        }

        private static bool SameBytes(byte[] one, byte[] other)
        {
            if (one.Length != other.Length)
            {
                return false;
            }
            for (int i = 0; i < one.Length; i++)
            {
                if (one[i] != other[i])
                {
                    return false;
                }
            }
            return true;
        }

        // Identities are documented to use AT_KEYEXCHANGE; a key made elsewhere may be in the other slot.
        private static uint FindKeySpec(IntPtr provider)
        {
            IntPtr key;
            uint keySpec = CryptoMethods.KeyExchange;
            if (!CryptoMethods.CryptGetUserKey(provider, keySpec, out key))
            {
                keySpec = CryptoMethods.Signature;
                CryptoMethods.Check("CryptGetUserKey", CryptoMethods.CryptGetUserKey(provider, keySpec, out key));
            }
            CryptoMethods.CryptDestroyKey(key);
            return keySpec;
        }

        private static IntPtr ExportPublicKeyInfo(IntPtr provider, uint keySpec)
        {
            uint length = 0;
            CryptoMethods.Check("CryptExportPublicKeyInfo", CryptoMethods.CryptExportPublicKeyInfo(
                provider, keySpec, CryptoMethods.Encoding, IntPtr.Zero, ref length));
            IntPtr info = Marshal.AllocHGlobal((int)length);
            try
            {
                CryptoMethods.Check("CryptExportPublicKeyInfo", CryptoMethods.CryptExportPublicKeyInfo(
                    provider, keySpec, CryptoMethods.Encoding, info, ref length));
                return info;
            }
            catch
            {
                Marshal.FreeHGlobal(info);
                throw;
            }
        }

        private static byte[] EncodePublicKeyInfo(IntPtr info)
        {
            uint length = 0;
            CryptoMethods.Check("CryptEncodeObject", CryptoMethods.CryptEncodeObject(
                CryptoMethods.Encoding, CryptoMethods.X509PublicKeyInfo, info, null, ref length));
            byte[] encoded = new byte[length];
            CryptoMethods.Check("CryptEncodeObject", CryptoMethods.CryptEncodeObject(
                CryptoMethods.Encoding, CryptoMethods.X509PublicKeyInfo, info, encoded, ref length));
            Array.Resize(ref encoded, (int)length);
            return encoded;
        }

        private static byte[] KeyBits(IntPtr info)
        {
            CryptoMethods.CertPublicKeyInfo parts = (CryptoMethods.CertPublicKeyInfo)Marshal.PtrToStructure(info, typeof(CryptoMethods.CertPublicKeyInfo));
            byte[] bits = new byte[parts.KeyLength];
            Marshal.Copy(parts.Key, bits, 0, bits.Length);
            return bits;
        }

        private static byte[] ExportPublicKeyBlob(IntPtr provider, uint keySpec)
        {
            IntPtr key;
            CryptoMethods.Check("CryptGetUserKey", CryptoMethods.CryptGetUserKey(provider, keySpec, out key));
            try
            {
                uint length = 0;
                CryptoMethods.Check("CryptExportKey", CryptoMethods.CryptExportKey(key, IntPtr.Zero, CryptoMethods.PublicKeyBlob, 0, null, ref length));
                byte[] blob = new byte[length];
                CryptoMethods.Check("CryptExportKey", CryptoMethods.CryptExportKey(key, IntPtr.Zero, CryptoMethods.PublicKeyBlob, 0, blob, ref length));
                Array.Resize(ref blob, (int)length);
                return blob;
            }
            finally
            {
                CryptoMethods.CryptDestroyKey(key);
            }
        }

        private static bool SignAndVerify(IntPtr provider, uint keySpec, IntPtr info)
        {
            byte[] challenge = Guid.NewGuid().ToByteArray();
            byte[] signature = Sign(provider, keySpec, challenge);
            IntPtr publicKey;
            CryptoMethods.Check("CryptImportPublicKeyInfo", CryptoMethods.CryptImportPublicKeyInfo(provider, CryptoMethods.Encoding, info, out publicKey));
            IntPtr hash = IntPtr.Zero;
            try
            {
                hash = Hash(provider, challenge);
                return CryptoMethods.CryptVerifySignature(hash, signature, (uint)signature.Length, publicKey, IntPtr.Zero, 0);
            }
            finally
            {
                DestroyHash(hash);
                CryptoMethods.CryptDestroyKey(publicKey);
            }
        }

        private static byte[] Sign(IntPtr provider, uint keySpec, byte[] challenge)
        {
            IntPtr hash = Hash(provider, challenge);
            try
            {
                uint length = 0;
                CryptoMethods.Check("CryptSignHash", CryptoMethods.CryptSignHash(hash, keySpec, IntPtr.Zero, 0, null, ref length));
                byte[] signature = new byte[length];
                CryptoMethods.Check("CryptSignHash", CryptoMethods.CryptSignHash(hash, keySpec, IntPtr.Zero, 0, signature, ref length));
                Array.Resize(ref signature, (int)length);
                return signature;
            }
            finally
            {
                DestroyHash(hash);
            }
        }

        private static IntPtr Hash(IntPtr provider, byte[] data)
        {
            IntPtr hash;
            CryptoMethods.Check("CryptCreateHash", CryptoMethods.CryptCreateHash(provider, CryptoMethods.Sha1, IntPtr.Zero, 0, out hash));
            try
            {
                CryptoMethods.Check("CryptHashData", CryptoMethods.CryptHashData(hash, data, (uint)data.Length, 0));
                return hash;
            }
            catch
            {
                DestroyHash(hash);
                throw;
            }
        }

        private static void DestroyHash(IntPtr hash)
        {
            if (hash != IntPtr.Zero)
            {
                CryptoMethods.CryptDestroyHash(hash);
            }
        }
    }
}
