# Windows' cmdlets and COM objects as the guest scripts use them, for a PowerShell on a computer without Windows. Each
# function has the name and the parameters of the cmdlet it stands for, keeps what it changes in the machine's state.json,
# and notes every call in journal.jsonl. README.md says how a machine is laid out.

Set-StrictMode -Version 3.0

. (Join-Path -Path $PSScriptRoot -ChildPath 'double/State.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/Registry.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/Services.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/Firewall.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/Network.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/Scheduler.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/System.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'double/Compiler.ps1')

# A command that this edition of Windows lacks must not be found either.
$missing = @()
if ('client' -eq (Read-DoubleState)['kind']) {
    $missing = @('Get-WindowsFeature', 'Install-WindowsFeature')
}
Export-ModuleMember -Function @(
    Get-ChildItem -LiteralPath function: |
        Where-Object -FilterScript { $_.Source -eq 'WindowsDouble' -and $missing -notcontains $_.Name } |
        ForEach-Object -Process { $_.Name }
)

# An alias wins over a function, whichever module that is in: so these take the place of functions of the guest scripts
# that call .NET classes which exist on Windows alone.
$seams = @{
    'Grant-AccountRight'   = 'Grant-DoubleAccountRight'
    'Test-AccountRight'    = 'Test-DoubleAccountRight'
    'Get-CurrentAccount'   = 'Get-DoubleAccount'
    'Get-MetadataText'     = 'Get-DoubleMetadataText'
    'New-AccessRule'       = 'New-DoubleAccessRule'
    'New-UserPipe'         = 'New-DoubleUserPipe'
    'Set-VolatileMark'     = 'Set-DoubleVolatileMark'
    'Wait-SshServer'       = 'Wait-DoubleSshServer'
    'Write-PipeLine'       = 'Write-DoublePipeLine'
}
foreach ($name in $seams.Keys) {
    Set-Alias -Name $name -Value $seams[$name] -Scope Global
}
