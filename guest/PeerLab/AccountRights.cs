// The rights to log on that a task or a service under a stored password needs (ntsecapi.h).
//
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Runtime.InteropServices;

namespace PeerLab
{
    /// <summary>Logon rights of an account of this machine. Needs an elevated administrator. Failures are PeerException.</summary>
    public static class AccountRights
    {
        // POLICY_CREATE_ACCOUNT | POLICY_LOOKUP_NAMES: what LsaAddAccountRights asks for.
        private const uint PolicyAccess = 0x00000010 | LookupNames;

        // POLICY_LOOKUP_NAMES: what LsaEnumerateAccountRights asks for.
        private const uint LookupNames = 0x00000800;

        /// <summary>
        /// Gives the account a right, such as SeBatchLogonRight or SeServiceLogonRight; one that it has already is no failure.
        /// </summary>
        /// <param name="sid">The account's security identifier in its binary form.</param>
        /// <param name="right">The right's name, as in ntsecapi.h.</param>
        public static void Add(byte[] sid, string right)
        {
            if (sid == null || sid.Length == 0)
            {
                throw new ArgumentException("A security identifier is needed.", "sid");
            }
            if (string.IsNullOrEmpty(right))
            {
                throw new ArgumentException("A right is needed.", "right");
            }
            LsaObjectAttributes attributes = new LsaObjectAttributes();
            attributes.Length = (uint)Marshal.SizeOf(typeof(LsaObjectAttributes));
            IntPtr policy;
            Check("LsaOpenPolicy", LsaOpenPolicy(IntPtr.Zero, ref attributes, PolicyAccess, out policy));
            IntPtr text = Marshal.StringToHGlobalUni(right);
            try
            {
                LsaUnicodeString[] rights = new LsaUnicodeString[1];
                rights[0].Length = (ushort)(right.Length * 2);
                rights[0].MaximumLength = (ushort)((right.Length + 1) * 2);
                rights[0].Buffer = text;
                Check("LsaAddAccountRights", LsaAddAccountRights(policy, sid, rights, 1));
            }
            finally
            {
                Marshal.FreeHGlobal(text);
                LsaClose(policy);
            }
        }

        /// <summary>
        /// Whether the account itself has the right; what it has as a member of a group, which somebody may take from all of
        /// that group, does not count.
        /// </summary>
        /// <param name="sid">The account's security identifier in its binary form.</param>
        /// <param name="right">The right's name, as in ntsecapi.h.</param>
        public static bool Has(byte[] sid, string right)
        {
            const uint ObjectNameNotFound = 0xC0000034;
            if (sid == null || sid.Length == 0)
            {
                throw new ArgumentException("A security identifier is needed.", "sid");
            }
            LsaObjectAttributes attributes = new LsaObjectAttributes();
            attributes.Length = (uint)Marshal.SizeOf(typeof(LsaObjectAttributes));
            IntPtr policy;
            Check("LsaOpenPolicy", LsaOpenPolicy(IntPtr.Zero, ref attributes, LookupNames, out policy));
            IntPtr rights = IntPtr.Zero;
            try
            {
                uint count;
                uint status = LsaEnumerateAccountRights(policy, sid, out rights, out count);
                if (status == ObjectNameNotFound)
                {
                    // It has none at all.
                    return false;
                }
                Check("LsaEnumerateAccountRights", status);
                int size = Marshal.SizeOf(typeof(LsaUnicodeString));
                for (int i = 0; i < count; i++)
                {
                    LsaUnicodeString one = (LsaUnicodeString)Marshal.PtrToStructure(new IntPtr(rights.ToInt64() + (i * size)), typeof(LsaUnicodeString));
                    if (string.Equals(Marshal.PtrToStringUni(one.Buffer, one.Length / 2), right, StringComparison.Ordinal))
                    {
                        return true;
                    }
                }
                return false;
            }
            finally
            {
                if (rights != IntPtr.Zero)
                {
                    LsaFreeMemory(rights);
                }
                LsaClose(policy);
            }
        }

        private static void Check(string call, uint status)
        {
            if (status == 0)
            {
                return;
            }
            uint error = LsaNtStatusToWinError(status);

            // HRESULT_FROM_WIN32: the LSA speaks in NTSTATUS, everything else here in HRESULT.
            throw new PeerException(call, unchecked((int)(0x80070000 | (error & 0xFFFF))));
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct LsaObjectAttributes
        {
            internal uint Length;
            internal IntPtr RootDirectory;
            internal IntPtr ObjectName;
            internal uint Attributes;
            internal IntPtr SecurityDescriptor;
            internal IntPtr SecurityQualityOfService;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct LsaUnicodeString
        {
            internal ushort Length;
            internal ushort MaximumLength;
            internal IntPtr Buffer;
        }

        [DllImport("advapi32.dll")]
        private static extern uint LsaOpenPolicy(IntPtr systemName, ref LsaObjectAttributes attributes, uint access, out IntPtr policy);

        [DllImport("advapi32.dll")]
        private static extern uint LsaAddAccountRights(IntPtr policy, byte[] sid, [In] LsaUnicodeString[] rights, uint count);

        [DllImport("advapi32.dll")]
        private static extern uint LsaEnumerateAccountRights(IntPtr policy, byte[] sid, out IntPtr rights, out uint count);

        [DllImport("advapi32.dll")]
        private static extern uint LsaFreeMemory(IntPtr memory);

        [DllImport("advapi32.dll")]
        private static extern uint LsaClose(IntPtr policy);

        [DllImport("advapi32.dll")]
        private static extern uint LsaNtStatusToWinError(uint status);
    }
}
