// The calls of p2p.dll on identities: every text that it hands out goes back through PeerFreeData.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;

namespace PeerLab
{
    /// <summary>An identity or a group, as the stack lists it.</summary>
    public sealed class PeerNameEntry
    {
        /// <summary>Both names as they were listed.</summary>
        public PeerNameEntry(string peerName, string friendlyName)
        {
            PeerName = peerName;
            FriendlyName = friendlyName;
        }

        /// <summary>Case-sensitive.</summary>
        public string PeerName { get; private set; }

        /// <summary>By default the peer name.</summary>
        public string FriendlyName { get; private set; }
    }

    /// <summary>The identities of the current user. Failures are PeerException.</summary>
    public static class PeerIdentities
    {
        /// <summary>All identities of the user.</summary>
        public static PeerNameEntry[] List()
        {
            IntPtr enumeration;
            PeerMemory.Check("PeerEnumIdentities", NativeMethods.PeerEnumIdentities(out enumeration));
            return PeerMemory.NamePairs(enumeration);
        }

        /// <summary>The groups that an identity belongs to. Grouping has to be started (PeerSession).</summary>
        public static PeerNameEntry[] Groups(string identity)
        {
            IntPtr enumeration;
            PeerMemory.Check("PeerEnumGroups", NativeMethods.PeerEnumGroups(identity, out enumeration));
            return PeerMemory.NamePairs(enumeration);
        }

        /// <summary>Makes an identity with a new key: every call makes another one.</summary>
        public static string Create(string classifier, string friendlyName)
        {
            IntPtr identity;
            PeerMemory.Check("PeerIdentityCreate", NativeMethods.PeerIdentityCreate(classifier, friendlyName, IntPtr.Zero, out identity));
            return PeerMemory.TakeString(identity);
        }

        /// <summary>The documented XML, private key included, under the password.</summary>
        public static string Export(string identity, string password)
        {
            IntPtr exportXml;
            PeerMemory.Check("PeerIdentityExport", NativeMethods.PeerIdentityExport(identity, password, out exportXml));
            return PeerMemory.TakeString(exportXml);
        }

        /// <summary>The peer name of the imported identity; null where Windows says that it was there already.</summary>
        public static string Import(string exportXml, string password)
        {
            const int AlreadyExists = unchecked((int)0x800700B7);
            IntPtr identity = IntPtr.Zero;
            int hresult = NativeMethods.PeerIdentityImport(exportXml, password, out identity);
            if (hresult == AlreadyExists)
            {
                return null;
            }
            PeerMemory.Check("PeerIdentityImport", hresult);
            return PeerMemory.TakeString(identity);
        }

        /// <summary>Deletes the identity with its key; PEER_E_GROUPS_EXIST where it belongs to groups.</summary>
        public static void Delete(string identity)
        {
            PeerMemory.Check("PeerIdentityDelete", NativeMethods.PeerIdentityDelete(identity));
        }

        /// <summary>Deletes the data of a group from this machine. Grouping has to be started (PeerSession).</summary>
        public static void DeleteGroup(string identity, string group)
        {
            PeerMemory.Check("PeerGroupDelete", NativeMethods.PeerGroupDelete(identity, group));
        }

        /// <summary>The friendly name; by default the peer name.</summary>
        public static string GetFriendlyName(string identity)
        {
            IntPtr friendlyName;
            PeerMemory.Check("PeerIdentityGetFriendlyName", NativeMethods.PeerIdentityGetFriendlyName(identity, out friendlyName));
            return PeerMemory.TakeString(friendlyName);
        }

        /// <summary>Gives another friendly name, of at most 255 characters.</summary>
        public static void SetFriendlyName(string identity, string friendlyName)
        {
            PeerMemory.Check("PeerIdentitySetFriendlyName", NativeMethods.PeerIdentitySetFriendlyName(identity, friendlyName));
        }

        /// <summary>The public credential: PEERIDENTITYINFO with the identity's certificate.</summary>
        public static string GetXml(string identity)
        {
            // A NULL identity would make Windows create a default one.
            if (string.IsNullOrEmpty(identity))
            {
                throw new ArgumentException("An identity is needed.", "identity");
            }
            IntPtr identityXml;
            PeerMemory.Check("PeerIdentityGetXML", NativeMethods.PeerIdentityGetXML(identity, out identityXml));
            return PeerMemory.TakeString(identityXml);
        }

        /// <summary>A peer name of the identity's authority with another classifier.</summary>
        public static string CreatePeerName(string identity, string classifier)
        {
            IntPtr peerName = IntPtr.Zero; // documented: the pointer must be NULL beforehand
            PeerMemory.Check("PeerCreatePeerName", NativeMethods.PeerCreatePeerName(identity, classifier, ref peerName));
            return PeerMemory.TakeString(peerName);
        }
    }
}
