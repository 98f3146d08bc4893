# Which machine a request is meant for, and what of it is secret.
# Only definitions: this file is dot-sourced by PeerLab.psm1. The form of a request is checked by PeerActions.CheckRequest
# (C#), its section networking by PeerFirewall.ps1.

$script:SecretField = @('exportPassword', 'exportedIdentity', 'invitation', 'userPassword')
# The machine's own vmId, known after Assert-RequestedMachine; empty where it cannot tell.
$script:Instance = ''

function Test-SameInstance {
    <#
    .SYNOPSIS
    Whether two ids are one. Some firmware tables spell the first three fields in the other byte order.
    #>
    param([Parameter(Mandatory = $true)][guid]$One, [Parameter(Mandatory = $true)][guid]$Other)
    $bytes = $Other.ToByteArray()
    [Array]::Reverse($bytes, 0, 4)
    [Array]::Reverse($bytes, 4, 2)
    [Array]::Reverse($bytes, 6, 2)
    $swapped = New-Object -TypeName System.Guid -ArgumentList (, $bytes)
    return ($One -eq $Other -or $One -eq $swapped)
}

function Assert-RequestedMachine {
    <#
    .SYNOPSIS
    Refuses a request that is meant for another machine. A machine that cannot tell its own instance accepts.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    $wanted = Get-TextField -Object $Request -Name 'instance' -Pattern '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z' -Allowed 'the vmId of the machine'
    $own = Get-MachineInstance
    if (-not $own) {
        return
    }
    if (-not (Test-SameInstance -One $own -Other $wanted)) {
        throw (New-PeerFailure -Code 'WrongMachine' -Message ('This machine is the instance {0}, the request is for {1}.' -f $own, $wanted) -Hint 'Refresh the stack: the machine at this address was made anew or is another one.')
    }
    $script:Instance = $wanted.ToLowerInvariant()
}

function Get-RequestSecret {
    <#
    .SYNOPSIS
    The secret texts of a request, wherever they stand in it, so that no error message repeats them.
    #>
    param([AllowNull()][object]$Value)
    if ($Value -is [array]) {
        foreach ($item in $Value) {
            Get-RequestSecret -Value $item
        }
    }
    elseif ($Value -is [System.Collections.IDictionary]) {
        foreach ($name in $Value.Keys) {
            if ($script:SecretField -ccontains $name -and $Value[$name] -is [string] -and $Value[$name]) {
                $Value[$name]
            }
            else {
                Get-RequestSecret -Value $Value[$name]
            }
        }
    }
}
