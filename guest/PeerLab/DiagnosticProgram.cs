// Programs of Windows that tell about it, each bounded in time and in size.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;

namespace PeerLab
{
    /// <summary>What a program wrote on standard output, and how it ended.</summary>
    public sealed class DiagnosticProgram
    {
        private readonly MemoryStream output = new MemoryStream();
        private bool cut;

        private DiagnosticProgram()
        {
        }

        /// <summary>Its exit code; meaningless where <see cref="Failure"/> says why there is none.</summary>
        public int ExitCode { get; private set; }

        /// <summary>Why it has no exit code: it is not there, or did not end in time. Empty where it ended.</summary>
        public string Failure { get; private set; }

        /// <summary>Whether it wrote more than what was kept.</summary>
        public bool Cut
        {
            get { return cut; }
        }

        /// <summary>
        /// Runs a program of the system folder and waits until it ends or its time is over, when it is ended. Its standard input
        /// is empty, and it has no window.
        /// </summary>
        /// <param name="name">The file, such as netsh.exe.</param>
        /// <param name="arguments">The rest of the command line, readable by every process: never a secret.</param>
        /// <param name="limit">The longest time, in milliseconds.</param>
        /// <param name="maximum">The most bytes that are kept; what comes after them is read and thrown away.</param>
        public static DiagnosticProgram Run(string name, string arguments, int limit, int maximum)
        {
            DiagnosticProgram ran = new DiagnosticProgram();
            ran.Failure = string.Empty;
            ProcessStartInfo start = new ProcessStartInfo(Path.Combine(Environment.SystemDirectory, name), arguments);
            start.UseShellExecute = false;
            start.CreateNoWindow = true;
            start.RedirectStandardInput = true;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            try
            {
                using (Process process = Process.Start(start))
                {
                    ran.Follow(process, limit, maximum);
                }
            }
            catch (Exception failure)
            {
                // Not there, not allowed, or gone while it was asked: the item says so, and the others go on.
                ran.Failure = name + " cannot be run: " + failure.GetType().Name + ".";
            }
            return ran;
        }

        /// <summary>What it wrote, as text.</summary>
        public string Text(Encoding encoding)
        {
            lock (output)
            {
                return encoding.GetString(output.ToArray()).TrimStart('\uFEFF');
            }
        }

        /// <summary>The code page in which Windows' programs write to a pipe.</summary>
        public static Encoding OemEncoding()
        {
            try
            {
                return Encoding.GetEncoding(CultureInfo.CurrentCulture.TextInfo.OEMCodePage);
            }
            catch (ArgumentException)
            {
                return Encoding.UTF8;
            }
            catch (NotSupportedException)
            {
                return Encoding.UTF8;
            }
        }

        private void Follow(Process process, int limit, int maximum)
        {
            process.StandardInput.Close();
            Stream standard = process.StandardOutput.BaseStream;
            Stream errors = process.StandardError.BaseStream;
            Thread reader = Read(delegate { Keep(standard, maximum); });
            Thread other = Read(delegate { Keep(errors, maximum); });
            if (!process.WaitForExit(limit))
            {
                process.Kill();
                Failure = "It did not end within " + (limit / 1000).ToString(CultureInfo.InvariantCulture) + " seconds.";
            }
            reader.Join(2000);
            other.Join(2000);
            if (Failure.Length == 0)
            {
                ExitCode = process.ExitCode;
            }
        }

        private static Thread Read(ThreadStart work)
        {
            Thread thread = new Thread(work);
            thread.IsBackground = true;
            thread.Start();
            return thread;
        }

        private void Keep(Stream source, int maximum)
        {
            byte[] buffer = new byte[65536];
            try
            {
                int count;
                while ((count = source.Read(buffer, 0, buffer.Length)) > 0)
                {
                    lock (output)
                    {
                        int kept = (int)Math.Min(count, maximum - output.Length);
                        output.Write(buffer, 0, kept);
                        cut = cut || kept < count;
                    }
                }
            }
            catch (IOException)
            {
                // The pipe broke with the program.
            }
            catch (ObjectDisposedException)
            {
                // As above.
            }
        }
    }
}
