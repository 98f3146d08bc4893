// Calls into p2p.dll and CryptoAPI.
//
// Every function of p2p.dll returns an HRESULT that is a success when it is not negative, takes UTF-16 strings and hands
// out memory that PeerFreeData releases. C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace PeerLab
{
    /// <summary>An identity or a group, as the stack lists it.</summary>
    public sealed class PeerNameEntry
    {
        public PeerNameEntry(string peerName, string friendlyName)
        {
            PeerName = peerName;
            FriendlyName = friendlyName;
        }

        public string PeerName { get; private set; }

        public string FriendlyName { get; private set; }
    }

    /// <summary>
    /// Grouping started for as long as the object lives. Startup is tried, not demanded: listing, exporting and importing
    /// identities is documented without it, and a machine without PNRP must still be able to say what it holds.
    /// </summary>
    public sealed class PeerSession : IDisposable
    {
        private bool started;

        public PeerSession()
        {
            NativeMethods.PeerVersionData version;
            GroupingResult = NativeMethods.PeerGroupStartup(NativeMethods.PeerGroupVersion, out version);
            started = PeerCodes.Succeeded(GroupingResult);
        }

        /// <summary>What PeerGroupStartup answered.</summary>
        public int GroupingResult { get; private set; }

        public void Dispose()
        {
            if (!started)
            {
                return;
            }
            started = false;
            NativeMethods.PeerGroupShutdown();
        }

        /// <summary>Starts and ends PNRP; what PeerPnrpStartup answered.</summary>
        public static int ProbePnrp()
        {
            int hresult = NativeMethods.PeerPnrpStartup(NativeMethods.PnrpVersion);
            if (PeerCodes.Succeeded(hresult))
            {
                NativeMethods.PeerPnrpShutdown();
            }
            return hresult;
        }
    }

    /// <summary>The identities of the current user. Failures are PeerException.</summary>
    public static class PeerIdentities
    {
        public static PeerNameEntry[] List()
        {
            IntPtr enumeration;
            Check("PeerEnumIdentities", NativeMethods.PeerEnumIdentities(out enumeration));
            return ReadEnumeration(enumeration);
        }

        public static PeerNameEntry[] Groups(string identity)
        {
            IntPtr enumeration;
            Check("PeerEnumGroups", NativeMethods.PeerEnumGroups(identity, out enumeration));
            return ReadEnumeration(enumeration);
        }

        /// <summary>Makes an identity with a new key: every call makes another one.</summary>
        public static string Create(string classifier, string friendlyName)
        {
            IntPtr identity;
            Check("PeerIdentityCreate", NativeMethods.PeerIdentityCreate(classifier, friendlyName, IntPtr.Zero, out identity));
            return TakeString(identity);
        }

        /// <summary>The documented XML, private key included, under the password.</summary>
        public static string Export(string identity, string password)
        {
            IntPtr exportXml;
            Check("PeerIdentityExport", NativeMethods.PeerIdentityExport(identity, password, out exportXml));
            return TakeString(exportXml);
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
            Check("PeerIdentityImport", hresult);
            return TakeString(identity);
        }

        public static void Delete(string identity)
        {
            Check("PeerIdentityDelete", NativeMethods.PeerIdentityDelete(identity));
        }

        public static void DeleteGroup(string identity, string group)
        {
            Check("PeerGroupDelete", NativeMethods.PeerGroupDelete(identity, group));
        }

        public static string GetFriendlyName(string identity)
        {
            IntPtr friendlyName;
            Check("PeerIdentityGetFriendlyName", NativeMethods.PeerIdentityGetFriendlyName(identity, out friendlyName));
            return TakeString(friendlyName);
        }

        public static void SetFriendlyName(string identity, string friendlyName)
        {
            Check("PeerIdentitySetFriendlyName", NativeMethods.PeerIdentitySetFriendlyName(identity, friendlyName));
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
            Check("PeerIdentityGetXML", NativeMethods.PeerIdentityGetXML(identity, out identityXml));
            return TakeString(identityXml);
        }

        /// <summary>A peer name of the identity's authority with another classifier.</summary>
        public static string CreatePeerName(string identity, string classifier)
        {
            IntPtr peerName = IntPtr.Zero; // documented: the pointer must be NULL beforehand
            Check("PeerCreatePeerName", NativeMethods.PeerCreatePeerName(identity, classifier, ref peerName));
            return TakeString(peerName);
        }

        internal static void Check(string call, int hresult)
        {
            if (!PeerCodes.Succeeded(hresult))
            {
                throw new PeerException(call, hresult);
            }
        }

        private static string TakeString(IntPtr text)
        {
            try
            {
                return text == IntPtr.Zero ? string.Empty : Marshal.PtrToStringUni(text);
            }
            finally
            {
                if (text != IntPtr.Zero)
                {
                    NativeMethods.PeerFreeData(text);
                }
            }
        }

        private static PeerNameEntry[] ReadEnumeration(IntPtr enumeration)
        {
            List<PeerNameEntry> entries = new List<PeerNameEntry>();
            try
            {
                uint count;
                Check("PeerGetItemCount", NativeMethods.PeerGetItemCount(enumeration, out count));
                while (count > 0)
                {
                    uint taken = count;
                    IntPtr items;
                    Check("PeerGetNextItem", NativeMethods.PeerGetNextItem(enumeration, ref taken, out items));
                    if (taken == 0)
                    {
                        break;
                    }
                    try
                    {
                        for (int i = 0; i < taken; i++)
                        {
                            IntPtr item = Marshal.ReadIntPtr(items, i * IntPtr.Size);
                            NativeMethods.PeerNamePair pair = (NativeMethods.PeerNamePair)Marshal.PtrToStructure(item, typeof(NativeMethods.PeerNamePair));
                            entries.Add(new PeerNameEntry(
                                Marshal.PtrToStringUni(pair.PeerName) ?? string.Empty,
                                Marshal.PtrToStringUni(pair.FriendlyName) ?? string.Empty));
                        }
                    }
                    finally
                    {
                        NativeMethods.PeerFreeData(items);
                    }
                    count -= Math.Min(taken, count);
                }
            }
            finally
            {
                NativeMethods.PeerEndEnumeration(enumeration);
            }
            return entries.ToArray();
        }
    }

    /// <summary>Ends this process when it takes too long: a call into a service that hangs cannot be ended otherwise.</summary>
    public static class Watchdog
    {
        private static Timer timer;

        [DllImport("kernel32.dll")]
        private static extern IntPtr GetCurrentProcess();

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool TerminateProcess(IntPtr process, uint exitCode);

        /// <summary>Starts the clock; once. The line goes to standard error, the exit code is 1.</summary>
        public static void Start(int minutes, string failureLine)
        {
            timer = new Timer(
                delegate
                {
                    Console.Error.WriteLine(failureLine);
                    Console.Error.Flush();

                    // Environment.Exit would wait for the very thread that hangs.
                    TerminateProcess(GetCurrentProcess(), 1);
                },
                null,
                TimeSpan.FromMinutes(minutes),
                TimeSpan.FromMilliseconds(-1));
        }

        /// <summary>Stops the clock.</summary>
        public static void Stop()
        {
            if (timer != null)
            {
                timer.Dispose();
                timer = null;
            }
        }
    }
}
