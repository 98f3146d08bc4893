// The log of the presence holder.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.IO;
using System.Text;

namespace PeerLab
{
    /// <summary>
    /// A text file that stays small: when it is full it takes the place of the one older file beside it. What is written are
    /// names, states and codes; nothing secret reaches the holder.
    /// </summary>
    public sealed class HolderLog
    {
        /// <summary>The largest size of each of the two files, in bytes.</summary>
        public const long Limit = 256 * 1024;

        /// <summary>A line is cut after so many characters.</summary>
        public const int LineLimit = 400;

        private readonly string file;
        private readonly object guard = new object();

        /// <param name="file">The older file is beside it: holder.log and holder.old.log.</param>
        public HolderLog(string file)
        {
            this.file = file;
        }

        /// <summary>The file that a full one is moved to.</summary>
        public string OlderFile
        {
            get { return Path.ChangeExtension(file, ".old" + Path.GetExtension(file)); }
        }

        /// <summary>
        /// Appends a line with the time. Characters that are not printable ASCII become `?`. A log that cannot be written is no
        /// reason to stop holding.
        /// </summary>
        public void Write(string text)
        {
            StringBuilder line = new StringBuilder(PeerMemory.Iso(DateTime.UtcNow)).Append(' ');
            foreach (char letter in text.Length > LineLimit ? text.Substring(0, LineLimit) : text)
            {
                line.Append(letter < ' ' || letter > '~' ? '?' : letter);
            }
            byte[] bytes = Encoding.ASCII.GetBytes(line.Append("\r\n").ToString());
            lock (guard)
            {
                try
                {
                    Append(bytes);
                }
                catch (IOException)
                {
                    // Somebody has it open in a way that forbids writing.
                }
                catch (UnauthorizedAccessException)
                {
                    // As above.
                }
            }
        }

        private void Append(byte[] bytes)
        {
            FileInfo present = new FileInfo(file);
            if (present.Exists && present.Length + bytes.Length > Limit)
            {
                File.Delete(OlderFile);
                File.Move(file, OlderFile);
            }
            using (FileStream stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                stream.Write(bytes, 0, bytes.Length);
            }
        }
    }
}
