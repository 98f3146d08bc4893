# The C# of the guest files is compiled once for all processes of a test run, not in each: what is compiled is the same.

function Add-Type {
    [CmdletBinding()]
    param(
        [string[]]$Path, [switch]$IgnoreWarnings, [string[]]$ReferencedAssemblies, [string]$Namespace, [string]$Name,
        [string[]]$MemberDefinition, [string]$TypeDefinition, [string]$AssemblyName, [switch]$PassThru
    )
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    if (-not $env:PEER_WINDOWS_COMPILED -or $null -eq $Path -or @($Path | Where-Object -FilterScript { $_ -notlike '*.cs' }).Count -gt 0) {
        return (Microsoft.PowerShell.Utility\Add-Type @PSBoundParameters)
    }
    $text = @($Path | ForEach-Object -Process { (Get-FileHash -LiteralPath $_ -Algorithm SHA256).Hash }) -join ' '
    $bytes = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::ASCII.GetBytes($text))
    $file = '{0}/{1}.dll' -f $env:PEER_WINDOWS_COMPILED, ([BitConverter]::ToString($bytes) -replace '-', '')
    if (-not [System.IO.File]::Exists($file)) {
        # Under another name until it is whole: another process may compile at the same time.
        $made = '{0}.{1}.dll' -f $file, $PID
        Microsoft.PowerShell.Utility\Add-Type -Path $Path -IgnoreWarnings:$IgnoreWarnings -OutputAssembly $made -OutputType Library
        [System.IO.File]::Move($made, $file, $true)
    }
    Microsoft.PowerShell.Utility\Add-Type -Path $file
}
