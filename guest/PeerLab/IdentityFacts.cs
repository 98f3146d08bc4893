// What an identity on this machine is worth.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;

namespace PeerLab
{
    /// <summary>Present means usable: an identity is judged by a test signature with its key.</summary>
    public static class IdentityFacts
    {
        /// <summary>The entry of a peer name; null where the user has none. Peer names are case-sensitive.</summary>
        public static PeerNameEntry Find(string peerName)
        {
            foreach (PeerNameEntry entry in PeerIdentities.List())
            {
                if (string.Equals(entry.PeerName, peerName, StringComparison.Ordinal))
                {
                    return entry;
                }
            }
            return null;
        }

        /// <summary>
        /// IdentityFacts of the contract: the peer name computed from the key that the identity holds, and whether that key
        /// signs. Fails only where the logon, not the identity, is at fault.
        /// </summary>
        public static OrderedDictionary Read(PeerNameEntry entry, ActionContext context)
        {
            KeyEvidence evidence = Examine(entry.PeerName);
            OrderedDictionary facts = new OrderedDictionary();
            facts["peerName"] = evidence == null ? entry.PeerName : evidence.PeerName;
            facts["friendlyName"] = entry.FriendlyName;
            facts["usable"] = evidence != null && evidence.Proves;
            facts["openedIn"] = context.OpenedIn;
            return facts;
        }

        /// <summary>The facts of all identities of the user, of one where a peer name is given.</summary>
        /// <param name="withCredential">Adds the public credential. An identity whose key is dead may have none.</param>
        public static object[] ReadAll(string peerName, bool withCredential, ActionContext context)
        {
            List<object> all = new List<object>();
            foreach (PeerNameEntry entry in PeerIdentities.List())
            {
                if (peerName != null && !string.Equals(entry.PeerName, peerName, StringComparison.Ordinal))
                {
                    continue;
                }
                OrderedDictionary facts = Read(entry, context);
                if (withCredential)
                {
                    AddCredential(facts, entry.PeerName);
                }
                all.Add(facts);
            }
            return all.ToArray();
        }

        /// <summary>Whether a listed identity holds a key that signs and really has that peer name; not where it is null.</summary>
        public static bool IsUsable(PeerNameEntry entry)
        {
            if (entry == null)
            {
                return false;
            }
            KeyEvidence evidence = Examine(entry.PeerName);
            return evidence != null
                && evidence.Proves
                && string.Equals(evidence.PeerName, entry.PeerName, StringComparison.Ordinal);
        }

        /// <summary>
        /// Fails with PEER_E_NO_KEY_ACCESS where this logon cannot open keys of its user at all.
        /// </summary>
        /// <remarks>
        /// Called when an identity's key does not open, before the identity is taken for dead: a logon with an SSH key holds
        /// none of the user's secrets, and every identity looks dead to it.
        /// </remarks>
        public static void RequireKeyAccess()
        {
            int result = PeerKeys.ProbeUserKeys();
            if (!PeerCodes.Succeeded(result))
            {
                throw new PeerFailure(
                    "PEER_E_NO_KEY_ACCESS",
                    "This logon cannot open keys of its user: " + PeerCodes.Name(result) + ".",
                    PeerCodes.Hint("PEER_E_NO_KEY_ACCESS"),
                    result);
            }
        }

        /// <summary>
        /// What the identity part of the stack answers: 0 or the HRESULT that it failed with. Thorough: makes an identity,
        /// signs with it and deletes it, because no server edition is documented to make one and a list alone proves nothing.
        /// </summary>
        public static int ProbeStack(bool thorough)
        {
            try
            {
                PeerNameEntry[] entries = PeerIdentities.List();
                if (thorough)
                {
                    ProbeKey(entries);
                }
                return 0;
            }
            catch (PeerException failure)
            {
                if (PeerCodes.MeansNoKeyAccess(PeerFailure.CodeOf(failure)))
                {
                    RequireKeyAccess();
                }
                return failure.HResult;
            }
        }

        private static void ProbeKey(PeerNameEntry[] entries)
        {
            const string FriendlyName = "peerlab:probe";
            foreach (PeerNameEntry entry in entries)
            {
                // One that an interrupted test left behind.
                if (string.Equals(entry.FriendlyName, FriendlyName, StringComparison.Ordinal))
                {
                    IdentityImport.Clear(entry.PeerName);
                }
            }
            string name = PeerIdentities.Create("probe", FriendlyName);
            try
            {
                KeyEvidence evidence = PeerKeys.Examine(name);
                if (!string.Equals(evidence.PeerName, name, StringComparison.Ordinal))
                {
                    // Every import would be refused for the same reason; here it is told before anything is shared.
                    throw new PeerFailure(
                        "PeerIdentityMismatch",
                        "Windows named a new identity " + name + "; the documented hash of its key is " + evidence.PeerName + ".",
                        "This build of Windows derives peer names in a way the guest files do not know: report it with the build number.");
                }
            }
            finally
            {
                PeerIdentities.Delete(name);
            }
        }

        /// <summary>
        /// What the key of an identity proves; null where the key is gone or cannot be read by a logon that reads others.
        /// </summary>
        internal static KeyEvidence Examine(string peerName)
        {
            try
            {
                return PeerKeys.Examine(peerName);
            }
            catch (PeerException failure)
            {
                string code = PeerFailure.CodeOf(failure);
                if (!PeerCodes.MeansDeadKey(code))
                {
                    // It speaks of something else, which must not end in the identity's removal.
                    throw;
                }
                if (PeerCodes.MeansNoKeyAccess(code))
                {
                    RequireKeyAccess();
                }
                return null;
            }
        }

        private static void AddCredential(OrderedDictionary facts, string peerName)
        {
            try
            {
                facts["credential"] = PeerRequest.ToBase64(PeerIdentities.GetXml(peerName));
            }
            catch (PeerException)
            {
                if ((bool)facts["usable"])
                {
                    throw;
                }
            }
        }
    }
}
