// Calls of p2p.dll on names in PNRP clouds.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.InteropServices;

namespace PeerLab
{
    /// <summary>Name resolution started for as long as the object lives. Failures are PeerException.</summary>
    public sealed class PeerPnrp : IDisposable
    {
        private bool started;

        /// <summary>PEER_E_SERVICE_NOT_AVAILABLE where PNRPsvc does not run.</summary>
        public PeerPnrp()
        {
            PeerMemory.Check("PeerPnrpStartup", NativeMethods.PeerPnrpStartup(NativeMethods.PnrpVersion));
            started = true;
        }

        /// <summary>
        /// The endpoints of a name, from all clouds; Windows gives up after 30 seconds. Not in a process that registers the
        /// name: Windows does not resolve what the same process registered.
        /// </summary>
        /// <param name="most">No more endpoints than that.</param>
        public static IPEndPoint[] Resolve(string peerName, int most)
        {
            uint count = (uint)most;
            IntPtr data;
            PeerMemory.Check("PeerPnrpResolve", NativeMethods.PeerPnrpResolve(peerName, null, ref count, out data));
            List<IPEndPoint> endpoints = new List<IPEndPoint>();
            try
            {
                int size = Marshal.SizeOf(typeof(NativeMethods.PeerPnrpEndpointInfo));
                for (int i = 0; data != IntPtr.Zero && i < count; i++)
                {
                    NativeMethods.PeerPnrpEndpointInfo info = PeerMemory.Read<NativeMethods.PeerPnrpEndpointInfo>(new IntPtr(data.ToInt64() + (i * size)));
                    for (int j = 0; info.Addresses != IntPtr.Zero && j < info.AddressCount; j++)
                    {
                        IPEndPoint endpoint = PeerSocketAddress.Read(Marshal.ReadIntPtr(info.Addresses, j * IntPtr.Size));
                        if (endpoint != null)
                        {
                            endpoints.Add(endpoint);
                        }
                    }
                }
            }
            finally
            {
                PeerMemory.Free(data);
            }
            return endpoints.ToArray();
        }

        /// <summary>Ends name resolution.</summary>
        public void Dispose()
        {
            if (started)
            {
                started = false;
                NativeMethods.PeerPnrpShutdown();
            }
        }
    }

    /// <summary>
    /// A name registered in all clouds, under the addresses that Windows chooses and keeps up to date, until the object is
    /// disposed of or its process ends. Failures are PeerException.
    /// </summary>
    public sealed class PeerRegistration : IDisposable
    {
        private readonly string identity;
        private IntPtr handle;

        /// <param name="peerName">A name of the identity's authority, or `0.` and a classifier.</param>
        /// <param name="identity">The peer name of the identity that publishes; null for an unsecured name.</param>
        /// <param name="comment">At most 39 characters; null where there is none.</param>
        public PeerRegistration(string peerName, string identity, int port, string comment)
        {
            this.identity = identity;
            WithInformation(
                port,
                comment,
                delegate(NativeMethods.PeerPnrpRegistrationInfo information)
                {
                    PeerMemory.Check("PeerPnrpRegister", NativeMethods.PeerPnrpRegister(peerName, ref information, out handle));
                });
        }

        /// <summary>Changes port and comment; a name cannot be registered a second time.</summary>
        public void Update(int port, string comment)
        {
            WithInformation(
                port,
                comment,
                delegate(NativeMethods.PeerPnrpRegistrationInfo information)
                {
                    PeerMemory.Check("PeerPnrpUpdateRegistration", NativeMethods.PeerPnrpUpdateRegistration(handle, ref information));
                });
        }

        /// <summary>Unregisters the name.</summary>
        public void Dispose()
        {
            if (handle != IntPtr.Zero)
            {
                IntPtr ending = handle;
                handle = IntPtr.Zero;
                NativeMethods.PeerPnrpUnregister(ending);
            }
        }

        private void WithInformation(int port, string comment, Action<NativeMethods.PeerPnrpRegistrationInfo> call)
        {
            NativeMethods.PeerPnrpRegistrationInfo information = new NativeMethods.PeerPnrpRegistrationInfo();
            information.AddressCount = NativeMethods.PeerPnrpAutoAddresses;
            information.Port = (ushort)port;
            try
            {
                information.PublishingIdentity = Marshal.StringToHGlobalUni(identity);
                information.Comment = Marshal.StringToHGlobalUni(comment);
                call(information);
            }
            finally
            {
                Marshal.FreeHGlobal(information.PublishingIdentity);
                Marshal.FreeHGlobal(information.Comment);
            }
        }
    }

    /// <summary>SOCKADDR of Windows, whichever system this runs on.</summary>
    internal static class PeerSocketAddress
    {
        internal const ushort FamilyIPv4 = 2;
        internal const ushort FamilyIPv6 = 23;

        /// <summary>The address and port of a SOCKADDR; null where it is of neither family.</summary>
        internal static IPEndPoint Read(IntPtr address)
        {
            if (address == IntPtr.Zero)
            {
                return null;
            }
            ushort family = unchecked((ushort)Marshal.ReadInt16(address));
            int port = (Marshal.ReadByte(address, 2) << 8) | Marshal.ReadByte(address, 3);
            if (family == FamilyIPv6)
            {
                byte[] bytes = new byte[16];
                Marshal.Copy(new IntPtr(address.ToInt64() + 8), bytes, 0, 16);
                long scope = unchecked((uint)Marshal.ReadInt32(address, 24));
                return new IPEndPoint(new IPAddress(bytes, scope), port);
            }
            if (family == FamilyIPv4)
            {
                byte[] bytes = new byte[4];
                Marshal.Copy(new IntPtr(address.ToInt64() + 4), bytes, 0, 4);
                return new IPEndPoint(new IPAddress(bytes), port);
            }
            return null;
        }
    }
}
