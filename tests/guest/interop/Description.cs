// Says what the compiled guest files declare of Windows: structures with sizes and offsets, imported functions.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PeerLab
{
    internal static class Description
    {
        private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

        private static IEnumerable<Type> Types()
        {
            return typeof(NativeMethods).Assembly.GetTypes().Where(type => type != typeof(Interop));
        }

        private static bool ImportsFunctions(Type type)
        {
            return type != null && type.GetMethods(All).Any(method => Attribute.IsDefined(method, typeof(DllImportAttribute)));
        }

        /// <summary>
        /// A line for each structure that stands beside imported functions, followed by one for each of its fields in order.
        /// </summary>
        internal static void Layouts()
        {
            foreach (Type type in Types().Where(type => type.IsValueType && !type.IsEnum && ImportsFunctions(type.DeclaringType)))
            {
                Console.WriteLine("struct {0} {1} {2}", type.DeclaringType.Name, type.Name, Marshal.SizeOf(type));
                foreach (FieldInfo field in type.GetFields(All).OrderBy(field => field.MetadataToken))
                {
                    Console.WriteLine("field {0} {1} {2}", field.Name, Marshal.OffsetOf(type, field.Name).ToInt64(), Width(field));
                }
            }
        }

        private static int Width(FieldInfo field)
        {
            MarshalAsAttribute marshal = (MarshalAsAttribute)Attribute.GetCustomAttribute(field, typeof(MarshalAsAttribute));
            return marshal != null && marshal.Value == UnmanagedType.ByValArray ? marshal.SizeConst : Marshal.SizeOf(field.FieldType);
        }

        /// <summary>A line for each import: library, function, character set, what is returned, each parameter.</summary>
        internal static void Imports()
        {
            foreach (Type type in Types())
            {
                foreach (MethodInfo method in type.GetMethods(All | BindingFlags.DeclaredOnly))
                {
                    DllImportAttribute import = (DllImportAttribute)Attribute.GetCustomAttribute(method, typeof(DllImportAttribute));
                    if (import != null)
                    {
                        string[] parameters = method.GetParameters().Select(parameter => Kind(parameter.ParameterType)).ToArray();
                        Console.WriteLine(
                            "import {0} {1} {2} {3} {4}",
                            import.Value,
                            string.IsNullOrEmpty(import.EntryPoint) ? method.Name : import.EntryPoint,
                            import.CharSet,
                            Kind(method.ReturnType),
                            string.Join(" ", parameters));
                    }
                }
            }
        }

        // "value:4", "pointer:8" (to something of that width), "text", "pointer:PeerMember" (to a structure).
        private static string Kind(Type type)
        {
            if (type.IsByRef)
            {
                return "pointer:" + Pointee(type.GetElementType());
            }
            if (type.IsArray)
            {
                return "pointer:" + Pointee(type.GetElementType());
            }
            if (type == typeof(string))
            {
                return "text";
            }
            if (type == typeof(void))
            {
                return "void";
            }
            if (type == typeof(bool))
            {
                return "value:4";
            }
            return "value:" + (typeof(SafeHandle).IsAssignableFrom(type) ? IntPtr.Size : Marshal.SizeOf(type));
        }

        private static string Pointee(Type type)
        {
            bool plain = type.IsPrimitive || type == typeof(IntPtr);
            return plain ? Marshal.SizeOf(type).ToString() : type.Name;
        }
    }
}
