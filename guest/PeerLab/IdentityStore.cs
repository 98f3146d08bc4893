// The user's own identity store, where it is corrupted.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.IO;

namespace PeerLab
{
    /// <summary>The file in which Windows keeps a user's identities.</summary>
    public static class IdentityStore
    {
        private const string Corrupted = "PEER_E_CERT_STORE_CORRUPTED";

        /// <summary>
        /// Whether the user's identities can be read. A corrupted store is deleted where that is allowed (Microsoft's own cure
        /// for PEER_E_CERT_STORE_CORRUPTED: its identities are lost), and is a failure where it is not.
        /// </summary>
        /// <param name="reconcile">Deleting is allowed.</param>
        /// <param name="test">Nothing is changed: false is returned instead.</param>
        /// <param name="phrases">Gets what was changed, or what is not as wanted.</param>
        public static bool Reconcile(bool reconcile, bool test, ActionContext context, List<string> phrases)
        {
            try
            {
                PeerIdentities.List();
                return true;
            }
            catch (PeerException failure)
            {
                if (!reconcile || PeerFailure.CodeOf(failure) != Corrupted)
                {
                    throw;
                }
            }
            if (test)
            {
                phrases.Add("identity store is corrupted");
                return false;
            }
            Delete(FileOf(context));
            PeerIdentities.List();
            phrases.Add("identity store deleted because it was corrupted");
            return true;
        }

        /// <summary>The path of the store of this process's user.</summary>
        public static string FileOf(ActionContext context)
        {
            string applicationData = context.ApplicationData;
            if (string.IsNullOrEmpty(applicationData))
            {
                applicationData = Environment.GetEnvironmentVariable("APPDATA");
            }
            if (string.IsNullOrEmpty(applicationData))
            {
                applicationData = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
            }
            return Path.Combine(Path.Combine(applicationData, "PeerNetworking"), "idstore.sst");
        }

        private static void Delete(string file)
        {
            try
            {
                File.Delete(file);
            }
            catch (IOException failure)
            {
                throw NotDeleted(file, failure);
            }
            catch (UnauthorizedAccessException failure)
            {
                throw NotDeleted(file, failure);
            }
        }

        private static PeerFailure NotDeleted(string file, Exception failure)
        {
            return new PeerFailure(
                Corrupted,
                "The corrupted identity store " + file + " cannot be deleted: " + failure.GetType().Name + ".",
                "Stop the service p2pimsvc, delete the file, and run this again.",
                unchecked((int)0x80630801));
        }
    }
}
